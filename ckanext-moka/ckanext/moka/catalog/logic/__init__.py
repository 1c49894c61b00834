"""Validators of the dataset form."""
