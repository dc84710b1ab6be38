"""Decides who receives which findings, and when. All functions are pure."""
