"""Words and lines, whatever format they came in."""
