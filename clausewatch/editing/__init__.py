"""Edits the policies in the configuration file, and converts them to a spreadsheet table and back."""
