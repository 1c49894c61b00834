"""Open a file whatever its format, safely: containers, encodings, cells, and what lies beside the cells."""
