"""Which hosts may be reached, and why a download failed."""
