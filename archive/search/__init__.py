"""The full-text index over all sections, and the queries that use it."""
