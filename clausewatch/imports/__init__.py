"""Histories and watch lists of other tools."""
