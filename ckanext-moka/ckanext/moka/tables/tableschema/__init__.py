"""Table Schema, vectorised over Arrow columns, with frictionless 5.21.0's answers: ``validate`` is the door."""
