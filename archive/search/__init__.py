"""The full-text index of all sections, and the search in this index."""
