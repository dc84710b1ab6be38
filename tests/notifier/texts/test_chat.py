"""Tests the short form of messages in the eight most used chat services. No message is too long for its service. No
words from pages or names act as markup, a mention or a link.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from differ.explanation import Explanation
from languages import languages_with
from notifier.audience.subscriptions import Channel, Language
from notifier.channels import send_message
from notifier.channels.outcome import Accepted
from notifier.texts.alert import alert_message
from notifier.texts.chat import LENGTH, Chat
from notifier.texts.dialects import ANY, DIALECTS, SLACK, Dialect
from notifier.texts.message import SUBJECT_LENGTH, Message
from tests.certificates import self_signed
from tests.notifier.changes import WILL_NOT, clause, notice
from tests.notifier.services import Services, services, visible

ADDRESSES: dict[str, Callable[[int], str]] = {
    "slack": lambda _: "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/?verify=no",
    "discord": lambda _: f"discord://123456789012345678/{'a1' * 34}/?verify=no",
    "telegram": lambda _: "tgram://123456789:abcdefg_hijklmnop/12315544/?verify=no",
    "teams": lambda _: f"workflows://teams.example/{'a' * 32}/{'b' * 43}/?verify=no",
    "mattermost": lambda port: f"mmost://127.0.0.1:{port}/abcdefghijklmnopqrstuvwxyz",
    "rocket": lambda port: f"rocket://watch:rocket-password@127.0.0.1:{port}/%23privacy",
    "gotify": lambda port: f"gotify://127.0.0.1:{port}/abcdefghijklmno?format=markdown",
    "matrix": lambda port: f"matrix://watch:matrix-password@127.0.0.1:{port}/!room:127.0.0.1?discovery=no",
}

NASTY = (
    "a_b_c *d* **e** [x](http://e.example) ![i](//e.example/p.png) <b>&amp; `q` ```r``` ~s~ ~~t~~ |u| ||v|| # h "
    "@everyone @here @room @channel <@1> <@&2> <!here> <!channel> <#C1> <https://e.example|bank> \\*w\\* {y} <t:1:R>"
)


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Return the running services. Requests to fixed addresses go through a proxy to these services."""
    with services(self_signed(tmp_path_factory.mktemp("tls"))) as running:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Unverified HTTPS request")
            yield running


def posted(desk: Services, service: str, message: Message) -> str:
    """Send a message through a service. Return the text that the service gets, with the markup of the service."""
    assert send_message(Channel("chat", ADDRESSES[service](desk.port)), "", message) == Accepted()
    (post,) = desk.posts
    shown = visible(*post)
    assert shown is not None
    return shown.replace("\r\n", "\n")


def as_read(service: str, shown: str) -> str:
    """Remove the escapes from a text, as the program of the service does for its readers."""
    if service in ("slack", "telegram"):
        return unescape(re.sub(r"</?b>", "", shown))
    return re.sub(r"\\(.)", r"\1", shown) if service in ("discord", "mattermost") else shown


@pytest.mark.parametrize("service", ADDRESSES)
def test_each_service_gets_the_important_facts_in_its_own_markup(desk: Services, service: str) -> None:
    shown = as_read(service, posted(desk, service, alert_message(notice(WILL_NOT))))
    said = shown.replace("\uff3b", "[").replace("\uff3d", "]").replace("\uff20", "@")
    assert "[critical] Teahouse: sharing clause changed (22 November 2026)" in said
    assert "Material: it changes what you watch this policy for." in said
    assert "1. Who sees your data › Partners" in said.replace(" > ", " › ")
    assert "Before: We [-will not-] share your orders with others [-without your consent-]." in said
    assert "After: We {+may+} share your orders with others." in said
    assert "https://teahouse.example/privacy" in said
    assert "Alert 0000000000000001" in said
    assert "clausewatch diff Teahouse 3 4" in said


@pytest.mark.parametrize("service", ADDRESSES)
def test_the_longest_message_has_its_first_lines_its_first_clause_its_link_and_its_id(
    desk: Services, service: str
) -> None:
    wide = clause("\N{EARTH GLOBE EUROPE-AFRICA}_*" * 80 + "[-" + "\\<&" * 300 + "-]{+" + "]_" * 500 + "+}")
    finding = replace(wide, explanation=Explanation("_" * 900), section="#" * 900)
    told = replace(
        notice(*[finding] * 200, policy="*_" * 400, url="https://teahouse.example/" + "a_" * 150),
        judged_by="structure",
        flapping=True,
        confirmed=False,
    )
    shown = posted(desk, service, alert_message(told))
    assert "Material: all 200" in shown
    assert "https://teahouse.example/a_a_" in shown
    assert "Alert 0000000000000001" in as_read(service, shown)
    assert re.search(r"and \d+ more clauses", as_read(service, shown))


@pytest.mark.parametrize("service", ADDRESSES)
def test_words_of_a_page_are_inert_in_each_service(desk: Services, service: str) -> None:
    finding = replace(clause(f"We [-{NASTY}-]{{+may {NASTY}+}}."), section=NASTY, explanation=Explanation(NASTY))
    shown = posted(desk, service, alert_message(notice(finding, policy=NASTY)))
    shown = re.sub(r"<?https://teahouse\.example/privacy>?|\[https://teahouse[^]]*\]\([^)]*\)", "", shown)
    acting = ACTING[service].findall(shown)
    assert not acting


ESCAPED = r"(?<!\\)(?:\\\\)*"
ACTING = {
    "slack": re.compile(r"<|>|&(?!amp;|lt;|gt;)|[*_`~]|://|@"),
    "telegram": re.compile(r"<(?!/?b>)|://|@"),
    "teams": re.compile(r"[*_`~<\[#|@\\]|\]\(|://"),
    "discord": re.compile(rf"{ESCAPED}[*_`~<|#\[]|://|@"),
    "mattermost": re.compile(rf"{ESCAPED}[*_`~<|#\[]|://|@"),
    "rocket": re.compile(r"[*_`~<\[#|@\\]|\]\(|://"),
    "gotify": re.compile(r"://|@"),
    "matrix": re.compile(r"://|@"),
}
"""Patterns for each service. They match text that formats, mentions or opens something in the service."""


@pytest.mark.parametrize("service", ADDRESSES)
def test_the_check_for_active_text_can_fail(service: str) -> None:
    """This is a control: without escaping, the same text has an effect in each service."""
    assert ACTING[service].findall(NASTY)


LONG = alert_message(notice(*[replace(WILL_NOT, section=f"{number}. Sharing") for number in range(1, 60)]))


def test_a_text_that_is_too_long_for_a_service_comes_in_several_posts(desk: Services) -> None:
    assert send_message(Channel("chat", "ryver://teahouse/abcdefghijklmno?verify=no"), "", LONG) == Accepted()
    shown = [str(visible(*post)) for post in desk.posts]
    assert [text.splitlines()[0] for text in shown] == [f"**{ANY.escape(LONG.subject)}**"] * len(shown)
    assert [text.splitlines()[-1] for text in shown] == [f"({n}/{len(shown)})" for n in range(1, len(shown) + 1)]
    assert len(shown) == 2
    assert "1. Sharing" in shown[0]
    assert "Alert 0000000000000001" in shown[1]


def test_no_parameter_of_an_address_lets_apprise_cut_or_format_a_text(desk: Services) -> None:
    address = "tgram://123456789:abcdefg_hijklmnop/12315544/?verify=no&overflow=split&format=markdown"
    assert send_message(Channel("chat", address), "", LONG) == Accepted()
    plain = send_message(Channel("chat", ADDRESSES["telegram"](0)), "", LONG)
    assert plain == Accepted()
    assert desk.posts[0] == desk.posts[1]


def test_teams_gets_a_card_with_a_block_for_each_line_and_a_button(desk: Services) -> None:
    posted(desk, "teams", alert_message(notice(WILL_NOT), "id"))
    ((_, body),) = desk.posts
    (attachment,) = body["attachments"]
    heading, *blocks = attachment["content"]["body"]
    assert (heading["text"], heading["color"]) == (
        "［kritis］ Teahouse: klausul pembagian data diubah (22 November 2026)",
        "Attention",
    )
    assert all(block["wrap"] and "\n" not in block["text"] for block in (heading, *blocks))
    assert attachment["content"]["actions"] == [
        {"type": "Action.OpenUrl", "title": "Buka kebijakan", "url": "https://teahouse.example/privacy"}
    ]
    assert "https" not in "".join(block["text"] for block in blocks)


def test_matrix_gets_a_text_without_markup(desk: Services) -> None:
    posted(desk, "matrix", alert_message(notice(WILL_NOT)))
    ((_, body),) = desk.posts
    assert body["msgtype"] == "m.text"
    assert "formatted_body" not in body


@pytest.mark.parametrize("name", DIALECTS)
def test_every_service_accepts_a_text_of_full_length_and_its_subject(name: str) -> None:
    assert DIALECTS[name].limit >= LENGTH + 2 * SUBJECT_LENGTH


MARKED = st.builds(lambda text, times: text * times, st.text("*_\\[]~a ", min_size=1, max_size=9), st.integers(1, 400))
"""Long texts in which most characters must be escaped."""


@given(
    st.sampled_from([ANY, *DIALECTS.values()]),
    st.lists(st.one_of(st.text(max_size=400), MARKED), max_size=12),
    st.text(max_size=200),
    st.integers(min_value=1500, max_value=4000),
)
@example(SLACK, ["\\"], "", 1500)
def test_a_text_is_cut_before_it_is_escaped(dialect: Dialect, parts: list[str], subject: str, limit: int) -> None:
    dialect = replace(dialect, limit=limit)
    written = Chat("Head.", parts=tuple(parts), foot=("Foot.",)).single(dialect, subject)
    assert dialect.size(written) + dialect.size(dialect.escape(subject)) <= limit
    assert written.startswith(dialect.escape("Head."))
    assert written.endswith(dialect.escape("Foot."))
    assert_no_escape_is_cut(dialect, written)


@given(
    st.sampled_from([ANY, *DIALECTS.values()]),
    st.lists(st.one_of(st.text(max_size=400), MARKED), max_size=12),
    st.text(max_size=100),
    st.integers(min_value=700, max_value=1400),
)
def test_several_posts_have_the_whole_text_and_each_post_is_short_enough(
    dialect: Dialect, parts: list[str], subject: str, limit: int
) -> None:
    chat = Chat("Head.", parts=tuple(parts), foot=("Foot.",))
    (whole,) = chat.posts(replace(dialect, limit=10_000), subject)
    posts = chat.posts(replace(dialect, limit=limit), subject)
    for post in posts:
        assert dialect.size(post) + dialect.size(dialect.escape(subject)) <= limit
        assert_no_escape_is_cut(dialect, post)
    texts = [re.sub(r"\n\(\d+/\d+\)$", "", post) for post in posts] if len(posts) > 1 else posts
    assert re.sub(r"\s", "", "".join(texts)) == re.sub(r"\s", "", whole)


@pytest.mark.parametrize("language", languages_with("messages"))
def test_a_pager_gets_one_post_that_is_short_enough(language: Language) -> None:
    message = alert_message(notice(WILL_NOT, policy="*_" * 60), language)
    for limit in (400, 700, 1000):
        single = message.chat.single(replace(ANY, limit=limit), message.subject)
        assert ANY.size(single) + ANY.size(ANY.escape(message.subject)) <= limit
        assert single.startswith(message.chat.head)


def assert_no_escape_is_cut(dialect: Dialect, written: str) -> None:
    if dialect.escape("*") == r"\*":  # in other services a backslash is an ordinary character
        assert not re.search(r"(?<!\\)(?:\\\\)*\\$", written, re.MULTILINE)
