"""Turns bytes into lines. It knows encodings, content types, PDF, Word and Markdown."""
