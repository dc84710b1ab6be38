"""Tests a connection to a mail server with TLS and a login."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from notifier.audience.subscriptions import Channel
from notifier.channels import send_message
from notifier.channels.outcome import Accepted, Failed
from notifier.texts.alert import alert_message
from tests.certificates import self_signed
from tests.notifier.changes import WILL_NOT, notice
from tests.smtp import MailServer, free_port

# aiosmtpd does not recognise a connection with TLS from the first byte as encrypted.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

MESSAGE = alert_message(notice(WILL_NOT))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a self-signed certificate."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@dataclass
class Secured:
    """A mail server that requires TLS and a login."""

    mail: MailServer
    mode: str

    def url(self, password: str = "hunter22", options: str = "") -> str:  # noqa: S107  the server's, for this test alone
        where = f"127.0.0.1:{self.mail.port}"
        return f"mailtos://watch:{password}@{where}/?mode={self.mode}&from=watch@clausewatch.example{options}"


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object) -> AuthResult:
    known = isinstance(given, LoginPassword) and given.password == b"hunter22"
    return AuthResult(success=known, handled=False)


@pytest.fixture(params=["starttls", "ssl"])
def secured(request: pytest.FixtureRequest, certificate: Path) -> Iterator[Secured]:
    """Run a mail server. In one case it offers STARTTLS, and in the other case it uses TLS from the first byte."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    kept = MailServer(free_port())
    tls = (
        {"tls_context": context, "require_starttls": True} if request.param == "starttls" else {"ssl_context": context}
    )
    controller = Controller(
        kept,
        hostname="127.0.0.1",
        port=kept.port,
        authenticator=_authenticate,
        auth_required=True,
        auth_require_tls=request.param == "starttls",
        **tls,
    )
    controller.start()
    yield Secured(kept, request.param)
    controller.stop()


def test_a_certificate_without_a_trusted_authority_is_refused(secured: Secured) -> None:
    outcome = send_message(Channel("desk", secured.url()), "officer@example.org", MESSAGE)
    assert isinstance(outcome, Failed)
    assert "certificate" in outcome.reason
    assert secured.mail.received == []


def test_a_mail_goes_through_tls_and_login(secured: Secured) -> None:
    channel = Channel("desk", secured.url(options="&verify=no"))
    assert send_message(channel, "officer@example.org", MESSAGE) == Accepted()
    assert secured.mail.received[0].subject == MESSAGE.subject


def test_a_wrong_password_is_a_temporary_failure_and_is_not_shown(secured: Secured) -> None:
    channel = Channel("desk", secured.url(password="CANARY77", options="&verify=no"))
    outcome = send_message(channel, "officer@example.org", MESSAGE)
    assert isinstance(outcome, Failed)
    assert "535" in outcome.reason
    assert not outcome.permanent
    assert "CANARY77" not in outcome.reason
