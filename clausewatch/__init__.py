"""Floor 5: the command line, the configuration, and the cron pass. It only calls the floors below."""

__version__ = "0.1.0"
