"""Works on words and lines, in the same way for all formats."""
