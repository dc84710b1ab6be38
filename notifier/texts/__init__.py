"""Writes the contents of messages in a language, for mail, chat and programs."""
