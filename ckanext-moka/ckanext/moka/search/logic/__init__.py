"""Actions of search."""
