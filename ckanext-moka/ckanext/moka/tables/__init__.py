"""The engine for table files: read, locate, recognise, check, repair, convert. Needs no CKAN and no services."""
