"""Contents of messages, as data. Pure."""
