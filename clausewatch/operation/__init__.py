"""Runs the cron pass: its lock, the crawl, deliveries, watchdog, timestamps and health check."""
