"""What a search leaves behind: counted, without personal data."""
