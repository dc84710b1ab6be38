"""Writes evidence files, web archives, tables and feeds. Their readers do not need Clausewatch."""
