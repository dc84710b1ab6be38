"""The contents of messages, as data. All code is pure."""
