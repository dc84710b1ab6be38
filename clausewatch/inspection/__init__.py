"""Examines pages and files without recording anything."""
