"""What a hostile site does to a crawler, in a network that has no way out."""
