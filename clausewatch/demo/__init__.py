"""A fictional site whose privacy policies change, for `clausewatch demo` and for tests."""
