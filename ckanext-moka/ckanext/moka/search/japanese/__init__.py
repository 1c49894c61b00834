"""Words: units, readings, variants, synonyms, stems, spelling."""
