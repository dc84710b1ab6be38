"""Searches the sites of companies for their legal pages. Decides which pages are fetched, in which order, and when the
search ends.
"""
