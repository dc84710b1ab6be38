"""Floor 3: keeps every fetch, version, change and finding as evidence, in one database."""
