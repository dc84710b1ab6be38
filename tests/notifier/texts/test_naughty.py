"""Tests that naughty texts are harmless in every kind of message. The texts are used as words of a page, as names, as
sections and as errors.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup

from differ.explanation import Explanation
from differ.model import Timing
from document.model import StatedDate
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.channels import send_message
from notifier.channels.apprise_services import line
from notifier.channels.outcome import Accepted
from notifier.channels.webhook import content
from notifier.contents.digest import Account, Digest, Recap, Watch
from notifier.contents.incident import Incident, IncidentNotice, IncidentReport
from notifier.contents.roundup import Roundup
from notifier.contents.welcome import Inception, Promises, Watched, Welcome
from notifier.sending.composing import compose
from notifier.texts.alert import trial_message
from notifier.texts.dialects import ANY, DIALECTS
from notifier.texts.message import Message
from tests.chance import seeded
from tests.conftest import require
from tests.notifier.changes import clause, notice
from tests.notifier.naughty import HOST, HTML, NAUGHTY
from tests.notifier.texts.test_chat import ACTING
from tests.smtp import MailServer

MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


HEAD = f"12:{'0' * 64}"


def name(text: str) -> str:
    """Return a text that can be the name of a subscription. An archive cannot store lone surrogates, so they are
    replaced."""
    return text.encode("utf-8", "replace").decode()


def alert(text: str) -> Message:
    finding = replace(
        clause(f"We [-{text}-]{{+{text}+}} {text}"),
        section=f"{text} > {text}",
        explanation=Explanation(text, translations=(("id", text),)),
        rule=text,
        source=text,
        clause=text,
    )
    told = replace(
        notice(finding, *[replace(finding, section=f"{text} {number}", after="") for number in range(9)], policy=text),
        subscriber=name(text),
        timing=Timing(window_days=30, window_text=text),
        drift=(text,),
        head=HEAD,
        later=replace(notice(finding).later, dates=(StatedDate("updated", MOMENT.date(), text),)),
    )
    return compose(told)


def returned(text: str) -> Message:
    told = replace(notice(clause(f"{{+{text}+}}"), policy=text, url=text), flapping=True, confirmed=False)
    return compose(replace(told, former=told.earlier), "id")


def roundup(text: str) -> Message:
    told = notice(replace(clause(f"{{+{text}+}}"), section=text, explanation=Explanation(text)), policy=text, url=text)
    return compose(Roundup(name(text), "key", (told, told)))


def digest(text: str) -> Message:
    watch = Watch(
        text, 3, (("failed", 3),), health="failing", trouble=text, trouble_since=MOMENT, version=2, last_seen_at=MOMENT
    )
    one = notice(replace(clause(f"{{+{text}+}}"), section=text, explanation=Explanation(text)), policy=text, url=text)
    recap = Recap(
        text,
        text,
        earlier=replace(one.earlier, number=1),
        later=one.later,
        undone=False,
        findings=tuple(alert.finding for alert in one.alerts),
        told=1,
        waiting=1,
        severity="critical",
        topics=((text, 2),),
        suppressed=1,
        held=False,
    )
    account = Account(
        MOMENT - timedelta(days=7), MOMENT, "weekly", watches=(watch,), spans=(), changes_left_out=3, head=HEAD
    )
    return compose(Digest(name(text), "key", account, notices=(one,), recaps=(recap,)))


def welcome(text: str) -> Message:
    promises = Promises((text,), ((text, text),), 2, rights_section=False, unread_languages=(text,))
    watched = Watched(text, text, "failing", trouble=text, since=MOMENT, version=1, promises=promises)
    asked = Subscriber(name(text), (), policies=(text, f"tag:{text}"))
    return compose(Welcome(name(text), "key", Inception(MOMENT, (watched,), asked=asked, head=HEAD)))


def operation(text: str) -> Message:
    incidents = (Incident(text, MOMENT, 3, detail=text), Incident(text, MOMENT))
    return compose(
        IncidentNotice(name(text), "key", IncidentReport("undelivered", "began", MOMENT, incidents=incidents))
    )


def trial(text: str) -> Message:
    return trial_message(Subscriber(name(text), (Target("desk"),), policies=(text, f"tag:{text}")), MOMENT)


KINDS: dict[str, Callable[[str], Message]] = {
    "alert": alert,
    "returned": returned,
    "roundup": roundup,
    "digest": digest,
    "welcome": welcome,
    "operation": operation,
    "trial": trial,
}


@pytest.fixture(scope="module", params=KINDS)
def messages(request: pytest.FixtureRequest) -> dict[str, Message]:
    """Return one kind of message for each naughty text. A short run always uses the same sample of the texts."""
    chosen = NAUGHTY if LONG else seeded(7).sample(NAUGHTY, 50)
    return {text: KINDS[request.param](text) for text in chosen}


@pytest.fixture(scope="module")
def plain_styles() -> set[str]:
    """Return all styles in messages with harmless words. Messages with naughty texts may have no other styles."""
    trees = [BeautifulSoup(kind(text).html, "lxml") for kind in KINDS.values() for text in ("Teahouse", "")]
    return {str(element["style"]) for tree in trees for element in tree.find_all(style=True)}


ELEMENTS = {
    *("html", "head", "meta", "title", "body", "div", "span", "h1", "h2", "h3", "p", "ol", "ul", "li", "strong"),
    *("br", "a", "code", "del", "ins", "em", "table", "tr", "td", "th", "tbody", "dl", "dt", "dd"),
}
ATTRIBUTES = {"style", "href", "lang", "charset", "name", "content"}


def test_html_has_only_our_elements_attributes_and_styles(messages: dict[str, Message], plain_styles: set[str]) -> None:
    for text, message in messages.items():
        tree = BeautifulSoup(message.html, "lxml")
        elements = tree.find_all()
        assert {element.name for element in elements} <= ELEMENTS, text
        assert {name for element in elements for name in element.attrs} <= ATTRIBUTES, text
        assert {str(element["style"]) for element in tree.find_all(style=True)} <= plain_styles, text
        assert {str(a["href"]).partition(":")[0] for a in tree.find_all("a")} <= {"http", "https"}, text


def test_no_text_has_a_control_character_or_changes_the_writing_direction(messages: dict[str, Message]) -> None:
    for text, message in messages.items():
        chats = [message.chat.single(dialect, message.subject) for dialect in (ANY, *DIALECTS.values())]
        for said in (message.text, message.html, message.subject, line(text), *chats):
            assert not [each for each in said if acts_on_a_terminal(each)], text
        assert len(message.subject.splitlines()) <= 1


def acts_on_a_terminal(character: str) -> bool:
    bidi = character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
    return bidi or (unicodedata.category(character) in ("Cc", "Cs") and character != "\n")


SERVICES = {"slack": "slack", "telegram": "tgram", "teams": "workflows", "discord": "discord", "mattermost": "mmost"}


@pytest.mark.parametrize("service", SERVICES)
def test_text_for_chats_is_inert(messages: dict[str, Message], service: str) -> None:
    dialect = DIALECTS[SERVICES[service]]
    for text, message in messages.items():
        written = message.chat.single(dialect, message.subject) + "\n" + dialect.escape(message.subject)
        if service in ("slack", "telegram"):  # Apprise escapes these characters for the two services
            written = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        unlinked = re.sub(r"(?m)^(<?https?://\S+|\[https?://[^]]*\]\([^)]*\))$", "", written)
        assert not ACTING[service].findall(unlinked), text
        assert dialect.size(written) <= dialect.limit


def test_a_webhook_gets_ascii_that_is_inert_in_a_web_page(messages: dict[str, Message]) -> None:
    for text, message in messages.items():
        body = content(message)
        assert body.isascii()
        assert not re.search(rb"[<>&\x00-\x1f\x7f]", body), text
        assert json.loads(body)["subject"] == message.subject
        shown = json.dumps(json.loads(body), ensure_ascii=False)
        assert not re.search(r"\\u00[01]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]", shown), text


def sample(chosen: list[tuple[str, Message]], size: int) -> list[tuple[str, Message]]:
    """Return a sample of the messages. The sample is always the same. The long run uses all messages."""
    return chosen if LONG else seeded(8).sample(chosen, size)


TOGETHER = 20
"""Number of messages that the browser shows at the same time."""
HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "References", "Auto-Submitted", "MIME-Version", "Content-Type"),
    *("X-Peer", "X-MailFrom", "X-RcptTo"),  # headers that aiosmtpd adds
}


def test_a_mail_has_only_our_headers_and_goes_only_to_its_recipient(
    messages: dict[str, Message], mail: MailServer
) -> None:
    chosen = list(messages.items())
    for _, message in sample(chosen, 20):
        assert send_message(Channel("desk", mail.url), "officer@example.org", message) == Accepted()
        received = mail.received[-1]
        assert set(received.mail.keys()) <= HEADERS
        assert received.recipients == ("officer@example.org",)
        assert received.mail["To"] == "officer@example.org"
        assert received.mail["From"] == "Clausewatch <watch@clausewatch.example>"
        assert " ".join(received.subject.split()) == " ".join(message.subject.replace("=?", "= ?").split())
        assert [part.get_content_type() for part in received.mail.iter_parts()] == ["text/plain", "text/html"]
        assert received.text == message.text
    assert len(mail.received) == len(sample(chosen, 20))


@dataclass
class Browser:
    """A browser that shows messages in the frames of a page, and records the effects of the messages."""

    context: Any
    error: type[Exception]
    acts: list[str] = field(default_factory=list)
    """Dialogs that opened, and requests for anything except the messages."""

    def __post_init__(self) -> None:
        self.shown: dict[str, str] = {}
        self.page: Any = None

    def _answer(self, route: Any) -> None:
        if route.request.url in self.shown:
            route.fulfill(body=self.shown[route.request.url], content_type="text/html; charset=utf-8")
        else:
            self.acts.append(route.request.url)
            route.abort()

    def _dismiss(self, dialog: Any) -> None:
        self.acts.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def read(self, *messages: str) -> list[str]:
        """Show HTML messages side by side, wait a moment, and return all their effects."""
        self.acts.clear()
        self.shown = {f"http://mail.example/{number}": html for number, html in enumerate(messages, 1)}
        self.shown["http://mail.example/"] = "".join(f'<iframe src="{address}"></iframe>' for address in self.shown)
        self.page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.page.on("dialog", self._dismiss)
        with suppress(self.error):  # a text may make the page navigate
            self.page.goto("http://mail.example/")
        self.page.wait_for_timeout(30)
        self.page.close()
        return list(self.acts)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    require(found is not None, "Chromium")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield Browser(running.new_context(), Error)
        running.close()


def test_a_browser_shows_a_message_and_does_nothing_else(messages: dict[str, Message], browser: Browser) -> None:
    chosen = sample(list(messages.items()), 40)
    for start in range(0, len(chosen), TOGETHER):
        some = chosen[start : start + TOGETHER]
        if browser.read(*(message.html for _, message in some)):
            assert [text for text, message in some if browser.read(message.html)] == []
            raise AssertionError(f"one of these acts among the others: {[text for text, _ in some]}")


def test_a_browser_would_act_on_the_same_texts(browser: Browser) -> None:
    """This is a control: in a page without escaping, most texts for HTML open a dialog or contact the host
    `naughty.example`."""
    texts = HTML if LONG else HTML[::6]
    acting = [text for text in texts if any("dialog" in act or HOST in act for act in browser.read(f"<p>{text}</p>"))]
    print(f"{len(acting)} of {len(texts)} act where they are not escaped")
    quiet = ["<p>We keep letters.</p>"] * (TOGETHER - 1)
    assert all(browser.read(*quiet[:place], f"<p>{text}</p>", *quiet[place:]) for place, text in enumerate(acting[:4]))
    assert len(acting) >= 30 * len(texts) / len(HTML)
