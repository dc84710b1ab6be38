"""Writes messages from their contents in a language, for mail, chat and programs."""
