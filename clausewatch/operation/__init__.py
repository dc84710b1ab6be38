"""Does what a run needs: the lock, the crawl, the deliveries, the timestamps, the watchdog and the health check."""
