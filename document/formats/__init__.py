"""Bytes to lines: encodings, content types, PDF, Markdown."""
