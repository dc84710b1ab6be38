"""Assesses a visit in one pure call."""
