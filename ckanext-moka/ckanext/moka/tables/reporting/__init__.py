"""Run the rules over a file and say what was found: report, text, HTML."""
