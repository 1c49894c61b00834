"""The index in PostgreSQL: tables, rows, rebuild, what waits to be indexed."""
