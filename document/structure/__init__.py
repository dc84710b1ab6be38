"""Builds headings and sections from lines."""
