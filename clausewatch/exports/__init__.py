"""Files for others: evidence bundles, tables, feeds."""
