"""Decides which hosts may be reached, and explains why a download failed."""
