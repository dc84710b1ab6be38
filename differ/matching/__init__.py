"""Which statement became which, and whether the edit alters meaning."""
