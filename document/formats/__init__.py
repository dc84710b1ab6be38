"""Turns bytes into lines. Knows encodings, content types, PDF, Word and Markdown."""
