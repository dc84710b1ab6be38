"""The desk: shows the archive in a browser and to programs, and takes reviews. Only `clausewatch serve` imports it."""
