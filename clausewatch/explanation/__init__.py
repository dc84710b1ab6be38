"""Explains a configuration: its meaning, settings that may be unintended, and the line for cron."""
