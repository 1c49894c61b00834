"""The cells of a table in memory: Arrow columns that answer questions by their distinct values."""
