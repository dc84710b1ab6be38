"""Proves that a page has the same text as a page that was read earlier, without reading the page again."""
