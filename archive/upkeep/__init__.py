"""Functions for the maintenance of an archive: backup, restore, retention, vacuum and statistics."""
