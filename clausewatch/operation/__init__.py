"""Runs the cron pass with its lock, watchdog, timestamps and health check."""
