"""Matches the statements of two versions, and decides whether an edit alters meaning."""
