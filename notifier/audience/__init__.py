"""Decides who receives which findings, and when. Pure."""
