"""The contents of messages, as data. Pure."""
