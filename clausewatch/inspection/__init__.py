"""Looks at pages and files, and records nothing."""
