"""Edits the policies in the configuration file, and carries them to a spreadsheet and back."""
