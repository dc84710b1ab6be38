"""Floor 2: whether two documents can be compared, what changed, and whether it matters. Pure."""
