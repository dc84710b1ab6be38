"""Searches the sites of companies for their legal pages: which pages are fetched, in which order, and when to stop."""
