"""Answers with long lists, one page at a time: policies, visits, and findings to review."""
