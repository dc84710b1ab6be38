"""What a message says, as data. Pure."""
