"""The dataset form, its metadata and the files: what a department hands in, kept exactly as handed in."""
