"""The cron pass, and what surrounds it."""
