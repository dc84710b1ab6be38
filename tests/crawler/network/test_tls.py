"""Tests that the crawler verifies certificates.

It does not read a page from a connection that somebody else could have intercepted.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.certificates import Authority, context_of, self_signed
from tests.crawler.crawl import Crawled, crawl
from tests.server import Answer, Request, answering

PAGE = b"<h1>Privacy policy</h1><p>We share your data with nobody, and keep it for a week.</p>"


@contextlib.contextmanager
def serving(context: ssl.SSLContext) -> Iterator[str]:
    """Serve a page over TLS, and yield its address."""

    def respond(request: Request) -> Answer:
        return Answer(PAGE, 404 if request.path == "/robots.txt" else 200, ())

    with answering(respond, tls=context) as port:
        yield f"https://localhost:{port}/privacy"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Crawled]:
    """Return the results of a crawl over servers with different certificates.

    The crawl trusts the certificate authority of the tests.
    """
    folder = tmp_path_factory.mktemp("certificates")
    authority = Authority.founded(folder)
    old = authority.context("localhost")
    with pytest.deprecated_call():
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    contexts = {
        "good": authority.context("localhost"),
        "self-signed": context_of(self_signed(folder, "localhost")),
        "expired": authority.context("localhost", ends=timedelta(days=-1)),
        "another name": authority.context("elsewhere.example"),
        "no valid name": authority.old_context("localhost"),
        "old protocol": old,
    }
    with contextlib.ExitStack() as stack:
        policies = {name: stack.enter_context(serving(context)) for name, context in contexts.items()}
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("SSL_CERT_FILE", str(authority.file))
        return crawl(folder / "archive.db", policies)


def test_a_certificate_of_a_trusted_authority_is_accepted(results: dict[str, Crawled]) -> None:
    assert (results["good"].outcome, results["good"].status) == ("changed", 200)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("self-signed", "certificate verify failed"),
        ("expired", "certificate verify failed"),
        ("another name", "its certificate is made out to another name"),
        ("no valid name", "its certificate does not state a valid name"),
        ("old protocol", ""),
    ],
)
def test_a_connection_without_a_trusted_certificate_is_refused(
    results: dict[str, Crawled], policy: str, words: str
) -> None:
    result = results[policy]
    assert (result.outcome, result.error_kind) == ("failed", "tls")
    assert "No trusted connection to localhost" in result.detail
    assert words in result.detail
