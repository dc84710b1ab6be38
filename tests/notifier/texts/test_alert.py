"""Tests the text of alerts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup

from differ.explanation import Explanation
from differ.model import Finding, Timing
from document.model import StatedDate
from languages import languages_with
from notifier.audience.subscriptions import Language, Subscriber, Target
from notifier.contents.change_notice import passages
from notifier.contents.roundup import Roundup
from notifier.texts.alert import FULL_PASSAGES, NAMED_PASSAGES, alert_message, brief_passages, trial_message
from notifier.texts.dialects import ANY
from notifier.texts.phrases import phrases_for
from notifier.texts.roundup import roundup_message
from tests.archive.visits import RETENTION
from tests.notifier.changes import NOW, WILL_NOT, clause, notice, plain

MODERATE = replace(WILL_NOT, severity="medium")
REMOVED = replace(clause("[-You may object at any time.-]"), topic="rights", section="2. Your rights")
FEE = replace(
    clause("A copy costs [-nothing-]{+25 euros+}."), topic="rights", severity="high", section="2. Your rights"
)

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><iframe src=//evil.example></iframe>",
    "{{ 7 * 7 }}{% for x in y %}",
    "javascript:alert(1)",
    "Hi\r\nBcc: all@example.org",
    "\x1b[2J\x00\u202e",
    "[bank](https://evil.example) @everyone <!channel>",
)

ELEMENTS = {
    *("html", "head", "meta", "title", "body", "div", "span", "h1", "h2", "p", "ol", "ul", "li", "strong", "br"),
    *("a", "code", "del", "ins"),
}


@pytest.mark.parametrize(
    ("findings", "subject"),
    [
        ([WILL_NOT], "[critical] Teahouse: sharing clause changed (22 November 2026)"),
        ([REMOVED], "[critical] Teahouse: rights clause removed (22 November 2026)"),
        ([RETENTION], "[low] Teahouse: retention clause added (22 November 2026)"),
        ([FEE, WILL_NOT], "[critical] Teahouse: sharing and rights changed, 2 clauses (22 November 2026)"),
    ],
)
def test_the_subject_names_the_policy_the_change_and_the_severity(findings: list[Finding], subject: str) -> None:
    assert alert_message(notice(*findings)).subject == subject


def test_the_first_lines_say_what_changed_and_whether_it_matters() -> None:
    message = alert_message(notice(WILL_NOT))
    assert message.text.splitlines()[:2] == [
        "CRITICAL: Teahouse changed a clause on sharing.",
        "Material: it changes what you watch this policy for.",
    ]
    assert "Not material" in alert_message(notice(RETENTION)).text


def test_an_alert_answers_the_questions_of_a_privacy_officer() -> None:
    finding = replace(WILL_NOT, clause="III")
    message = alert_message(notice(finding))
    for part in (message.text, BeautifulSoup(message.html, "lxml").get_text(" ")):
        said = " ".join(part.split()).replace("’", "'")
        assert "1. Who sees your data > Partners" in said
        assert "Sharing no longer needs consent: “will not” became “may”." in said
        assert "Rule sharing.consent (WP260 rev.01, paragraph 29)" in said
        assert "Clause III of the policy's own definition of a material change" in said
        assert "22 November 2026, 21:04 UTC" in said
        assert "ast updated 1 March 2025, as before." in said
        assert "Version 3 was first seen 24 August 2026, 21:04 UTC, and last seen 22 November 2026, 09:04 UTC" in said
        assert "What to do: Read it today and check that your notice" in said
        assert "https://teahouse.example/privacy" in said
        assert "clausewatch diff Teahouse 3 4" in said
        assert "clausewatch history Teahouse" in said
        assert "clausewatch review 0000000000000001 --acknowledge" in said
        assert "Alert 0000000000000001" in said
    assert 'href="https://teahouse.example/privacy"' in message.html


def test_the_most_severe_alert_comes_first() -> None:
    text = alert_message(notice(FEE, WILL_NOT)).text
    assert text.index("We [-will not-]") < text.index("A copy costs [-nothing-]")


@pytest.mark.parametrize(
    ("earlier", "later", "said"),
    [
        ([], [], "Dates in the policy: no date."),
        ([1], [], "no longer dated (before: last updated 1 March 2026)"),
        ([], [2], "last updated 2 March 2026 (it stated no date before)"),
        ([1], [2], "last updated 2 March 2026 (before: last updated 1 March 2026)"),
        ([1], [1], "last updated 1 March 2026, as before"),
    ],
)
def test_the_dates_that_the_policy_states_are_reported(earlier: list[int], later: list[int], said: str) -> None:
    def stated(days: list[int]) -> tuple[StatedDate, ...]:
        return tuple(StatedDate("updated", date(2026, 3, day), "") for day in days)

    told = notice(WILL_NOT)
    told = replace(
        told, earlier=replace(told.earlier, dates=stated(earlier)), later=replace(told.later, dates=stated(later))
    )
    assert said in " ".join(alert_message(told).text.split())


def test_a_text_without_a_lexicon_says_how_it_was_judged() -> None:
    assert "Judged by structure alone" in alert_message(replace(notice(WILL_NOT), judged_by="structure")).html
    assert "coarser method" in alert_message(replace(notice(WILL_NOT), coarse=True)).text


def test_many_alerts_are_shown_up_to_a_limit_and_the_other_alerts_are_counted_and_named() -> None:
    findings = [replace(WILL_NOT, section=f"Part {number}") for number in range(FULL_PASSAGES + 14)]
    message = alert_message(notice(*findings))
    assert message.text.count("Before:") == FULL_PASSAGES
    assert BeautifulSoup(message.html, "lxml").get_text().count("Before") == FULL_PASSAGES
    for part in (message.text, message.html):
        assert "And 14 more:" in part
        assert f"Part {FULL_PASSAGES + 13} (sharing, critical)" in part
        assert f"{FULL_PASSAGES + 14:016x}" in part


def test_very_many_alerts_are_named_up_to_a_limit_and_the_other_alerts_are_counted_by_severity() -> None:
    findings = [replace(MODERATE, section=f"Part {number}") for number in range(500)]
    message = alert_message(notice(*findings))
    left = 500 - FULL_PASSAGES - NAMED_PASSAGES
    assert f"and {left} more, not named here. Of these: {left} medium." in " ".join(message.text.split())
    assert len(message.html) < 100_000  # some mail programs cut larger mails


def test_all_critical_and_high_alerts_are_named() -> None:
    findings = [replace(WILL_NOT, section=f"Part {number}") for number in range(100)]
    message = alert_message(notice(*findings, *[MODERATE] * 30))
    assert "Part 99 (sharing, critical)" in message.text
    assert "Of these: 92 critical and 30 medium." in " ".join(message.text.split())
    assert "not named here. Of these: 30 medium." in " ".join(message.text.split())


def test_equal_names_are_shown_once_with_the_number_of_alerts() -> None:
    message = alert_message(notice(*[WILL_NOT] * (FULL_PASSAGES + 3)))
    assert "Partners (sharing, critical), 3 times" in message.text


@pytest.mark.parametrize("count", [1, 2, 5, 60])
def test_the_chat_form_is_short_and_counts_what_it_leaves_out(count: int) -> None:
    long = clause("We " + "sell and trade and rent [-nothing-]{+everything+} and " * 60)
    message = alert_message(
        notice(*[replace(long, explanation=Explanation("It does " * 200), section="Part " * 200)] * count)
    )
    assert len(message.subject) + len(plain(message)) < 1500
    assert "https://teahouse.example/privacy" in plain(message)
    assert ("more clause" in plain(message)) is (count > 1)


def test_the_chat_form_shows_the_words() -> None:
    chat = plain(alert_message(notice(WILL_NOT)))
    assert "Before: We [-will not-] share your orders with others [-without your consent-]." in chat
    assert "After: We {+may+} share your orders with others." in chat
    assert "Seen 22 November 2026, 21:04 UTC" in chat


@pytest.mark.parametrize("language", languages_with("messages"))
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_every_part_of_a_message(text: str, language: Language) -> None:
    finding = replace(
        clause(f"We [-{text}-]{{+{text}+}} {text}"),
        section=text,
        explanation=Explanation(text, translations=(("id", text),)),
        rule=text,
        source=text,
        clause=text,
        topic=text,
    )
    told = replace(
        notice(finding, finding, policy=text, url=f"https://teahouse.example/{text}"),
        subscriber=text,
        timing=Timing(window_days=30, window_text=text),
        drift=(text,),
    )
    message = alert_message(told, language)
    tree = BeautifulSoup(message.html, "lxml")
    assert {element.name for element in tree.find_all()} <= ELEMENTS
    assert not [name for element in tree.find_all() for name in element.attrs if name.startswith("on")]
    assert {link["href"].partition("://")[0] for link in tree.find_all("a")} <= {"https"}
    assert not tree.find_all(src=True)
    assert len(message.subject.splitlines()) == 1
    assert not set(message.text + plain(message)) & {"\x1b", "\x00", "\r", "\u202e"}
    assert "49" not in message.subject
    for line in message.chat.single(ANY, message.subject).splitlines():
        assert "@" not in line
        if not line.startswith("https://teahouse.example/"):
            assert "](" not in line
            assert "<" not in line


def test_the_test_of_hostile_text_can_fail() -> None:
    """This is a control: the same checks fail for text that was not escaped."""
    names = {element.name for element in BeautifulSoup(f"<p>{HOSTILE[0]}</p>", "lxml").find_all()}
    assert not names <= ELEMENTS


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "Teahouse"])
def test_an_address_outside_the_web_is_not_a_link(url: str) -> None:
    assert "<a " not in alert_message(notice(WILL_NOT, url=url)).html


def test_a_mail_loads_nothing_from_anywhere() -> None:
    html = alert_message(notice(WILL_NOT, REMOVED, FEE)).html
    tree = BeautifulSoup(html, "lxml")
    assert not tree.find_all(["img", "link", "style", "script", "iframe", "video", "object"])
    assert "url(" not in html


def test_a_policy_name_is_quoted_in_command_lines() -> None:
    text = alert_message(notice(WILL_NOT, policy="Tea $(rm -rf ~) & Co")).text
    assert "clausewatch diff 'Tea $(rm -rf ~) & Co' 3 4" in text


def test_the_same_notice_gives_the_same_message() -> None:
    assert alert_message(notice(WILL_NOT)) == alert_message(notice(WILL_NOT))
    assert alert_message(notice(WILL_NOT)).key != alert_message(notice(WILL_NOT, FEE)).key


def test_a_trial_message_says_what_the_subscriber_asked_for() -> None:
    subscriber = Subscriber("Privacy desk", (Target("desk"),), severity="medium", policies=("Teahouse", "tag:vendor"))
    message = trial_message(subscriber, NOW)
    for part in (" ".join(message.text.split()), message.html, plain(message)):
        assert "sharing and rights, from severity medium, of Teahouse and tag:vendor" in part


def test_every_message_about_changes_leads_to_the_desk_if_there_is_a_public_address() -> None:
    told, desk = notice(WILL_NOT), "https://desk.example.org"
    there = f"{desk}/alerts/{told.alerts[0].id}"
    alert = alert_message(told, desk=desk)
    assert f'<a href="{there}"' in alert.html
    assert there in alert.text
    assert there in plain(alert)
    messages = [alert, roundup_message(Roundup("Officer", "key", (told, told)), desk=desk)]
    assert all(there in message.text and there in message.html for message in messages)
    without = alert_message(told)
    assert "desk" not in without.text.lower().replace("privacy desk", "")


def test_a_summary_shows_all_clauses_on_data_that_goes_abroad_and_names_the_other_clauses() -> None:
    others = [clause(f"We {{+may+}} show drawing {number} to visitors.", MODERATE) for number in range(30)]
    abroad = clause("{+We send your letters to Norway.+}", replace(MODERATE, topic="transfer"))
    gathered = passages(notice(WILL_NOT, *others, abroad).alerts)
    shown, left = brief_passages(gathered, phrases_for("en"), most=3, quoted=3)
    assert [line["after"].text for line in shown][1] == "We send your letters to Norway."
    assert len(shown) == 3
    assert left.startswith("… and 29 more clauses. Of these: 29 medium. They are: sharing, “We may show drawing 1 to")
    assert "drawing 20 to visitors" in left
    assert "drawing 21 to visitors" not in left
    assert left.endswith("and 9 more, not named here.")


def test_the_review_command_names_the_most_severe_alerts_first_and_says_that_it_leaves_out_others() -> None:
    first = [clause(f"We {{+may+}} show drawing {number} to visitors.", MODERATE) for number in range(5)]
    message = alert_message(notice(*first, WILL_NOT))
    assert f"clausewatch review {5:016x}" not in message.text
    assert f"clausewatch review {6:016x} {1:016x} {2:016x} {3:016x} --acknowledge" in message.text
    assert "The last command names 4 of the 6 alerts, the most severe first." in message.text
    assert "The last command names 4 of the 6 alerts" in message.html
    assert "The last command names" not in alert_message(notice(WILL_NOT)).text


@pytest.mark.parametrize(("language", "words"), [("en", "was still to come"), ("id", "yang belum tiba")])
def test_a_new_date_that_was_still_to_come_is_pointed_out(language: Language, words: str) -> None:
    told = notice(WILL_NOT)
    moved = (StatedDate("updated", date(2026, 12, 24), "Last changed on 24 December 2026."),)
    later = replace(told, later=replace(told.later, dates=moved))
    assert words in " ".join(alert_message(later, language).text.split())
    assert words not in " ".join(alert_message(replace(later, earlier=later.later), language).text.split())
