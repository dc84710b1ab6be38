"""Proves that a page has the same text as an earlier one, without extracting it."""
