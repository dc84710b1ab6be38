"""Our own Scrapy signals, for the program that runs a crawl."""

recorded = object()
"""A result has been recorded: `result` is the archive.model.AssessedFetch, `record` the archive's record of it."""
robots_read = object()
"""A robots.txt was requested: `result` is the crawler.model.RobotsResult."""
storage_failed = object()
"""The archive cannot be read or written, and the crawl stops: `error` is the archive's StorageError."""
host_rests = object()
"""A host asked to be left alone for longer than a run lasts: `resting` is the `RestingHost` to record."""
