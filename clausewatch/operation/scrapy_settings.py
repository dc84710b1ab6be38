"""Scrapy's settings for the command `scrapy crawl policies`. They come from the configuration that `clausewatch run`
uses. `scrapy crawl policies` records versions but sends no messages. The next `clausewatch run` or `clausewatch notify
send` plans and delivers the messages.
"""

import os
import sys
from pathlib import Path

from clausewatch.config import load
from clausewatch.config.browsers import require_browser
from clausewatch.errors import ConfigurationError, ExitCode
from crawler.network.browser import with_browser
from crawler.settings import scrapy_settings

try:
    _configuration = load(Path(os.environ.get("CLAUSEWATCH_CONFIG") or "clausewatch.toml"))
    require_browser(_configuration)
except ConfigurationError as error:
    sys.stderr.write(f"Error: {error}\n")
    raise SystemExit(ExitCode.USAGE) from error

globals().update(
    with_browser(
        scrapy_settings(
            _configuration.crawl,
            _configuration.database,
            _configuration.policies,
            profiles=_configuration.profiles,
            busy_timeout=_configuration.busy_timeout,
        ),
        _configuration.policies,
    )
)
