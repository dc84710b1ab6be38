"""Proves that a page reads the same as an earlier one, without reading it."""
