"""A fictional site whose privacy policies change. `clausewatch demo` and tests use it."""
