"""The face of the platform: theme, pages, words."""
