"""Japanese search over the catalogue, kept in PostgreSQL: another engine behind CKAN's own seam."""
