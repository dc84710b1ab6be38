"""Scrapy signals of our own, for whoever runs a crawl."""

recorded = object()
"""A result has been recorded: `result` is the archive.model.AssessedFetch, `record` what the archive made of it."""
robots_read = object()
"""A robots.txt was asked for: `said` is the crawler.model.RobotsSaid."""
storage_failed = object()
"""The archive cannot be written, and the crawl stops: `error` is the archive's StorageError."""
host_rests = object()
"""A host asked to be left alone for longer than a run lasts: `resting` is the `RestingHost` to record."""
