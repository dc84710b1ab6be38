"""Tests that the secrets of all allowed services appear in no log of any level, in no error and in no repr."""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from notifier.audience.subscriptions import Channel
from notifier.channels import address_problem, send_message
from notifier.channels.outcome import Accepted, Failed
from notifier.channels.redaction import LOGGERS, MASK, ChannelRedactor
from notifier.texts.alert import alert_message
from tests.certificates import self_signed
from tests.notifier.changes import WILL_NOT, notice
from tests.notifier.channels.test_reach import ADDRESSES, WITHOUT_RECIPIENTS, hosts
from tests.notifier.services import services
from tests.notifier.sink import Sink
from tests.notifier.texts.test_chat import ADDRESSES as CHATS
from tests.server import Answer
from tests.smtp import MailServer

MESSAGE = alert_message(notice(WILL_NOT))


def secrets_of(url: str) -> list[str]:
    """Return the secrets in a sample address. A secret is any part that is long enough, except the scheme, the host
    and the options."""
    parts = re.split(r"[/@:?&=]", url.partition("://")[2])
    return [part for part in parts if len(part) >= 10 and not re.search(r"\.|^placeholder$", part)]


def forms(secret: str) -> set[str]:
    """Return the forms in which a secret may appear."""
    plain = {secret, quote(secret, safe=""), unquote(secret), secret[::-1]}
    return plain | {base64.b64encode(each.encode()).decode().rstrip("=") for each in plain}


@contextmanager
def everything_logged() -> Iterator[list[str]]:
    """Collect the output of all loggers at all levels, with tracebacks."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Collecting(1), logging.getLogger()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    levels = {name: logging.getLogger(name).level for name in ("", *LOGGERS)}
    root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(1)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def shown(secrets: list[str], *texts: object) -> list[str]:
    """Return the secrets that appear in any of the texts. A secret may appear in any form."""
    said = "\n".join(str(text) for text in texts)
    return [secret for secret in secrets if any(form in said for form in forms(secret))]


SAMPLES = {
    **{scheme: (url, recipient) for scheme, (url, recipient) in ADDRESSES.items()},
    **{scheme: (url, "") for scheme, url in WITHOUT_RECIPIENTS.items()},
}


@pytest.mark.parametrize("scheme", SAMPLES)
def test_no_service_shows_its_secrets_if_it_fails(scheme: str) -> None:
    """The host cannot be reached. The test searches the logs and errors about the failure."""
    url, recipient = SAMPLES[scheme]
    with everything_logged() as lines, hosts():
        said: list[object] = [send_message(Channel("chat", url), recipient, MESSAGE), repr(Channel("chat", url))]
        said += [
            address_problem(wrong, recipient) for wrong in (url, f"{url}\x00", url.replace("://", ":/"), url.upper())
        ]
        said += [address_problem(url, "no such recipient"), address_problem(f"{url}/too/many", recipient)]
    assert isinstance(said[0], Failed)
    assert not shown(secrets_of(url), *said, *lines)


def test_the_search_for_secrets_can_find_secrets() -> None:
    """This is a control: each sample address has secrets, and the search finds them in the address."""
    for url, _ in SAMPLES.values():
        assert secrets_of(url)
        assert shown(secrets_of(url), url) == secrets_of(url)


def test_no_chat_service_shows_its_secrets_if_the_message_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    with services(self_signed(tmp_path)) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        for address in CHATS.values():
            url = address(running.port)
            with everything_logged() as lines:
                assert send_message(Channel("chat", url), "", MESSAGE) == Accepted()
            assert not shown(secrets_of(url), *lines, *(warning.message for warning in recwarn))


@pytest.mark.parametrize(
    "answer",
    [Answer(status=500), Answer(status=404), Answer(status=302, headers=(("Location", "/x"),)), Answer(breaks="reset")],
)
def test_a_secret_in_the_response_of_a_receiver_is_masked(hook: Sink, answer: Answer) -> None:
    secret, token = "secret-of-the-desk", "token-of-the-desk"
    hook.answers = [replace(answer, body=f"{secret} {quote(secret)} {token}".encode())]
    with everything_logged() as lines:
        outcome = send_message(Channel("hook", hook.signed(secret, f"hook?token={token}")), "", MESSAGE)
    assert isinstance(outcome, Failed)
    assert not shown([secret, token], outcome, *lines)


def test_a_password_in_the_response_of_a_mail_server_is_masked(mail: MailServer) -> None:
    mail.refuses["officer@example.org"] = "550 mail-password bWFpbC1wYXNzd29yZA== is no password"
    url = mail.url.replace("mailto://", "mailto://watch:mail-password@").replace("?", "?mode=insecure&")
    with everything_logged() as lines:
        outcome = send_message(Channel("desk", url), "officer@example.org", MESSAGE)
    assert isinstance(outcome, Failed)
    assert not shown(["mail-password"], outcome, *lines)


def test_an_exception_in_a_plugin_shows_no_secret() -> None:
    """An exception while a message is sent is reported in one line. The line has neither the traceback nor the text
    of the exception."""
    with everything_logged() as lines:
        outcome = send_message(Channel("chat", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"), "", None)  # type: ignore[arg-type]
    assert isinstance(outcome, Failed)
    assert not shown(["TIiajkdnlazkcOXrIdevi7FQ"], outcome, *lines)


def test_a_mail_address_without_a_sender_names_the_parameter_for_it() -> None:
    for url in ("mailto://10.0.0.5:25", "mailto://watch:mail-password@10.0.0.5:25"):
        problem = address_problem(url, "officer@example.org")
        assert problem is not None
        assert "?from=watch@example.org" in problem
        assert "~From~" not in problem
    assert address_problem("mailto://10.0.0.5:25?from=watch@example.org", "officer@example.org") is None


def test_a_user_name_is_masked_as_a_whole_word_only() -> None:
    redactor = ChannelRedactor()
    redactor.learn("mailto://sand:mail-password@post.example.org")
    assert redactor.redacted("Sandra of the sandbox: sand, <sand@post> and %3Asand%40") == (
        f"Sandra of the sandbox: {MASK}, <{MASK}@post> and %3A{MASK}%40"
    )
    assert redactor.redacted("xmail-passwordx") == f"x{MASK}x"


def test_a_token_in_place_of_a_user_name_is_masked_everywhere() -> None:
    redactor = ChannelRedactor()
    redactor.learn("rockets://webhooktoken@chat.example.org/%23general")
    assert redactor.redacted("keywebhooktoken") == f"key{MASK}"
