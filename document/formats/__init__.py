"""Turns bytes into lines: encodings, content types, PDF, Word, Markdown."""
