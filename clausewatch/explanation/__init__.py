"""Explains a configuration: its meaning, what may be unintended, and the line for cron."""
