"""Find the tables in a sheet: blocks, headers, titles, notes."""
