"""Explains a configuration: its meaning, its settings that may be unintended, and the crontab line."""
