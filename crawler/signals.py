"""Defines this program's own Scrapy signals, for the program that runs a crawl."""

recorded = object()
"""A result was recorded. `result` is the archive.model.AssessedFetch. `recorded` is what the archive returned for the
result.
"""
robots_read = object()
"""A robots.txt was requested. `result` is the `crawler.model.RobotsResult`."""
storage_failed = object()
"""The archive cannot be read or written, and the crawl stops. `error` is the StorageError of the archive."""
workers_failed = object()
"""No worker process can be started, and the crawl stops. `error` is the WorkersDeadError."""
host_rests = object()
"""A host asked for a pause that lasts longer than a run. `resting` is the `RestingHost` to record."""
