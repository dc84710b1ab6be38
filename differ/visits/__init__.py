"""Assesses one visit in one pure call."""
