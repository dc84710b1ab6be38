"""Tests that the secrets of channels appear in no log and no error."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest

from notifier.channels.redaction import LOGGERS, ChannelRedactor, guard_logs


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("mailtos://watch:hunter%262@mail.example.org?from=a@b.example", ["hunter%262", "hunter&2"]),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general", ["TIiajkdnlazkcOXrIdevi7FQ", "A1BRTD4JD"]),
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdn", ["TIiajkdn", "/services/T1JJ3T3L2"]),
        ("tgram://SECRETTOK/123", ["SECRETTOK"]),
        ("json://h.example/in?+X-Key=HDRSECRET&-token=QUERYSECRET", ["HDRSECRET", "QUERYSECRET"]),
        ("tgram://123456:SECRETTOK/", ["SECRETTOK"]),
        ("mailto://a:p@h.example", [":p@"]),
        ("SECRETWITHOUTSCHEME", ["SECRETWITHOUTSCHEME"]),
    ],
)
def test_every_part_of_an_address_except_scheme_and_host_is_a_secret(url: str, secrets: list[str]) -> None:
    redactor = ChannelRedactor()
    redactor.learn(url)
    for secret in secrets:
        for form in (secret, quote(secret, safe="")):
            assert form not in redactor.redacted(f"error at {url}: {form!r} was refused ({secret})")


def test_the_host_stays_readable() -> None:
    redactor = ChannelRedactor()
    redactor.learn("mailtos://watch:hunter22@mail.example.org")
    assert redactor.redacted("mail.example.org refused hunter22") == "mail.example.org refused ****"


@pytest.mark.parametrize("name", LOGGERS)
def test_warnings_of_the_sending_libraries_are_logged_without_secrets(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    guard_logs()
    from notifier.channels.redaction import redactor

    redactor.learn("json://h.example/CANARYTOKEN")
    logger = logging.getLogger(name)
    with caplog.at_level(logging.DEBUG, logger=name):
        logger.debug("POST /CANARYTOKEN")
        logger.info("posting to %s", "CANARYTOKEN")
        try:
            int("CANARYTOKEN")
        except ValueError:
            logger.exception("refused %s", "CANARYTOKEN")
    assert "CANARYTOKEN" not in caplog.text
    assert [record.getMessage() for record in caplog.records] == ["refused ****"]
