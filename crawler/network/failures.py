"""Explains why there was no complete response. It turns errors of Scrapy and Twisted into a kind and a sentence.

Errors are distinguished by their type and fields, never by their text.
"""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from OpenSSL.SSL import Error as TlsError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import CertificateError, VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed
from twisted.web.client import ResponseFailed

if TYPE_CHECKING:
    from scrapy.http import Request

    from crawler.crawl_settings import CrawlSettings

NETWORK_ERRORS = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    IgnoreRequest,
    ConnectError,
    ConnectionClosed,
    OSError,
)
"""Errors that a download may raise because of something outside this program."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The reason why there was no complete response."""

    kind: str
    """Kind of failure: dns, tls, timeout, refused, robots, asked-to-wait, too-large, encoding, connection, or other."""
    sentence: str
    bad_certificate: bool = False
    """Whether the server showed a certificate that is not trusted."""


class HeadersLateError(Exception):
    """The header section of a response took longer than `header_timeout`."""


class KnownError(IgnoreRequest):
    """A request is not sent, or its response is not used, for a reason that is already known as a `Failure`."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.sentence)
        self.failure = failure


class RobotsError(KnownError):
    """robots.txt forbids the page."""


def explain(error: BaseException, request: Request, settings: CrawlSettings) -> Failure:
    """Explain why a request got no complete response."""
    host = urlsplit(request.url).hostname or request.url
    if isinstance(error, KnownError):
        return error.failure
    if isinstance(error, DownloadTimeoutError):
        return Failure("timeout", f"{host} did not answer completely within {settings.timeout:g} seconds.")
    if any(isinstance(cause, HeadersLateError) for cause in causes(error)):
        limit = f"header_timeout, {settings.header_timeout:g} seconds"
        return Failure("timeout", f"{host} did not send all headers of its response within {limit}.")
    if isinstance(error, CannotResolveHostError):
        return Failure("dns", f"The name {host} cannot be resolved to an address.")
    if isinstance(error, DownloadConnectionRefusedError):
        return Failure("connection", f"{_origin(request)} refuses the connection: nothing listens there.")
    if isinstance(error, DownloadCancelledError):
        return Failure("too-large", f"The response is larger than max_body, {settings.max_body / 1e6:g} MB.")
    if isinstance(error, IgnoreRequest):
        return _ignored(request, settings)
    if isinstance(error, UnsupportedURLSchemeError):
        return Failure("other", f"{request.url} is neither http nor https.")
    return _broken(error, host)


def never_connected(error: BaseException) -> bool:
    """Whether a request was not sent because no connection was made: the host has no allowed address, refuses
    connections, or is not trusted.
    """
    return isinstance(error, CannotResolveHostError | DownloadConnectionRefusedError) or _lacks_trust(causes(error))


def _ignored(request: Request, settings: CrawlSettings) -> Failure:
    # Among the enabled components, only the component for redirects raises IgnoreRequest itself.
    sentence = f"More than {settings.redirects} redirects; the last one that was followed led to {request.url}."
    if request.meta.get("cookies"):
        sentence += (
            " The site sets cookies on the way, and seems to need one that a script or another host sets; use an"
        )
        sentence += " address that needs none."
    return Failure("other", sentence)


def _broken(error: BaseException, host: str) -> Failure:
    behind = causes(error)
    if _lacks_trust(behind):
        certificate = _has_bad_certificate(behind)
        return Failure("tls", f"No trusted connection to {host}: {_tls_problem(behind)}.", certificate)
    unreachable = {errno.ENETUNREACH, errno.EHOSTUNREACH}
    if any(isinstance(cause, OSError | ConnectError) and _number(cause) in unreachable for cause in behind):
        return Failure("connection", f"There is no route to {host} from this machine.")
    if isinstance(error, NETWORK_ERRORS):
        return Failure("connection", f"The connection to {host} broke off before the response was complete.")
    return Failure("other", f"The fetch ended with {type(error).__name__}: {error}")


def causes(error: BaseException) -> list[BaseException]:
    """Return an error and its causes, outermost first."""
    errors = [error]
    if isinstance(error.__cause__, ResponseFailed):
        errors += [reason.value for reason in error.__cause__.reasons]
    elif error.__cause__ is not None:
        errors += causes(error.__cause__)
    return errors


def _lacks_trust(behind: list[BaseException]) -> bool:
    return any(isinstance(cause, TlsError | VerificationError | CertificateError) for cause in behind)


def _has_bad_certificate(behind: list[BaseException]) -> bool:
    identity = any(isinstance(cause, VerificationError | CertificateError) for cause in behind)
    return identity or "certificate verify failed" in _tls_reasons(behind)


def _tls_reasons(behind: list[BaseException]) -> list[str]:
    """Return the reasons that OpenSSL gives."""
    errors = [cause for cause in behind if isinstance(cause, TlsError) and cause.args]
    return [str(problem[-1]) for error in errors[:1] for problem in error.args[0]]


def _tls_problem(behind: list[BaseException]) -> str:
    for cause in behind:
        if isinstance(cause, VerificationError):
            return "its certificate is made out to another name"
        if isinstance(cause, CertificateError):
            return "its certificate does not state a valid name"
    return "; ".join(_tls_reasons(behind)) or "the handshake failed"


def _number(error: BaseException) -> int | None:
    number = getattr(error, "osError", None) or getattr(error, "errno", None)
    return number if isinstance(number, int) else None


def _origin(request: Request) -> str:
    return urlsplit(request.url).netloc
