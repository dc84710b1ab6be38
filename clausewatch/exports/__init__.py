"""Writes files for others: evidence bundles, web archives, tables, feeds."""
