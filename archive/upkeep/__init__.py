"""Does the operator's maintenance: backup, restore, retention, vacuum and statistics."""
