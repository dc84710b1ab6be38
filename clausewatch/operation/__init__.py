"""Runs the cron pass.

It consists of the lock, the crawl, the deliveries, the timestamps, the watchdog and the health check.
"""
