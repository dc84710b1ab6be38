"""Answers questions about the archive, for example its history and status. Nothing is written."""
