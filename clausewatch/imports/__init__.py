"""Reads histories from other collections, and watch lists of other tools."""
