"""What the table engine says about a file: kept by the file's hash, shown in plain words, asked by the gate."""
