"""Keeps secrets of channels out of logs and error messages."""

from __future__ import annotations

import base64
import logging
import re
import threading
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

MASK = "****"

SHORTEST = 4
"""Minimum length, in code points. A text in a channel's address is masked as a secret if it has this length. A
password is always masked."""

PLACE = re.compile(r"(\[[^]]*\]|localhost|[^:]*\.[^:]*)(:\d+)?", re.IGNORECASE)
"""Matches a host with its port."""

WHOLE = r"(?:(?<![^\W_])|(?<=%[0-9A-Fa-f]{{2}})){}(?![^\W_])"
"""Pattern for a whole word. The word may also come after a percent-encoded character of an address."""

LOGGERS = ("apprise", "urllib3.connectionpool", "urllib3.util.retry", "requests_oauthlib.oauth1_auth")
"""Loggers of the libraries that send messages. Below the level WARNING, they log addresses, headers and whole
messages.
"""


class ChannelRedactor(logging.Filter):
    """Masks the secrets of all channels in texts and log records."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: frozenset[str] = frozenset()
        self._users: frozenset[str] = frozenset()
        self._learning = threading.Lock()

    def learn(self, url: str) -> None:
        """Add the secrets of a channel's address: everything except the scheme, the host and the port."""
        with self._learning:
            # A new set replaces the old set, because threads of other channels may be reading the old set.
            self._secrets |= _secrets(url)
            self._users |= _users(url)

    def redacted(self, text: str) -> str:
        """Return the text with all known secrets masked."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, MASK)
        for user in sorted(self._users, key=len, reverse=True):
            # A user name may be a common word that is a part of other words, so only whole words are masked.
            text = re.sub(WHOLE.format(re.escape(user)), MASK, text)
        # The text may contain an address that is not a configured channel. Such an address keeps only its scheme and
        # host.
        return re.sub(r"([A-Za-z][\w+.-]*://)[^\s/?#@]*:[^\s/?#]*@", rf"\1{MASK}@", text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the secrets in warnings and errors, and remove tracebacks. Drop records of lower levels."""
        if record.levelno < logging.WARNING:
            return False
        record.msg, record.args = self.redacted(record.getMessage()), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


redactor = ChannelRedactor()
"""The redactor of this process. It masks secrets in the process's logs."""


def guard_logs() -> None:
    """Install the redactor for all logs of the sending libraries. A second call does no harm."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(redactor)


def _secrets(url: str) -> set[str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return {url} if url else set()
    login, _, host_and_port = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    pieces = [url, url.partition("://")[2], *re.split(r"[/;,:]", parts.path), parts.fragment]
    pieces += [value for _, value in parse_qsl(parts.query)]
    host = host_and_port.rpartition(":")[0] or host_and_port if PLACE.fullmatch(host_and_port) else ""
    if not host:
        # Some services have a token instead of a host: slack://TOKEN/…, tgram://123:TOKEN/.
        pieces += [host_and_port, *host_and_port.split(":")]
    # A path may contain the host again, as in the names of Matrix rooms.
    secrets = {piece for piece in pieces if len(piece) >= SHORTEST and piece != host}
    if user and not password and len(user) >= SHORTEST:
        secrets.add(user)  # some services have a token in place of a user name and a password
    if password:
        secrets |= {password, *_logins(unquote(user), unquote(password))}
    return {form for piece in secrets for form in (*_forms(piece), *_forms(unquote(piece)))}


def _users(url: str) -> set[str]:
    """Return the forms of the user name of a login with a password."""
    try:
        login = urlsplit(url).netloc.rpartition("@")[0]
    except ValueError:
        return set()
    user, _, password = login.partition(":")
    return {*_forms(user), *_forms(unquote(user))} if password and len(user) >= SHORTEST else set()


def _forms(secret: str) -> tuple[str, ...]:
    """Return the forms that a secret may have in an address."""
    return secret, quote(secret), quote(secret, safe=""), quote_plus(secret)


def _logins(user: str, password: str) -> set[str]:
    """Return a password in the forms in which HTTP and mail servers receive it, because an error may quote such a
    form."""
    logins = (password, f"{user}:{password}", f"\0{user}\0{password}")
    return {base64.b64encode(login.encode()).decode().rstrip("=") for login in logins}
