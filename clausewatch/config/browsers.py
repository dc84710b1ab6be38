"""Checks whether this machine has a browser that can render pages."""

from __future__ import annotations

from clausewatch.config.model import Configuration
from clausewatch.errors import ConfigurationError
from crawler.network.browser import NoBrowserError, find_chromium


def require_browser(configuration: Configuration) -> None:
    """Raise ConfigurationError if a policy must be rendered and no browser is available.

    Commands that fetch pages call this function.
    """
    rendered = [policy.name for policy in configuration.policies if policy.options.rendered]
    if not rendered:
        return
    try:
        find_chromium(configuration.crawl.chromium)
    except NoBrowserError as error:
        sentence = f'policy "{rendered[0]}": `render = true` {error}'
        raise ConfigurationError(str(configuration.path), [sentence]) from error
