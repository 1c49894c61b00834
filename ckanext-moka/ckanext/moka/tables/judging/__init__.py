"""What rules share: the context they see, profiles of columns, personal data, questions, proof of repair."""
