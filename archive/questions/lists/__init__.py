"""Long lists, which are read in pages: policies, visits, and findings to review."""
