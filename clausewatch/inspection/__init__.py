"""Examines pages, files and languages. Nothing is recorded."""
