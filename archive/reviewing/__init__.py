"""Stores what people add besides reviews of findings: reviews of quiet edits, notes on policies, and assignments of
changes.
"""
