"""Edits the policies in the configuration file, and converts policies to a spreadsheet table and back."""
