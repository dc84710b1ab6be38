"""Floor 3: every fetch, version, change and finding, kept as evidence, in one database."""
