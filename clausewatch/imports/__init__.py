"""Reads histories and watch lists of other tools."""
