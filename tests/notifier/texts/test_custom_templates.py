"""Tests a user's own templates. The tests check what a template may do, and that no message is lost because of a
template."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.storage.database import Archive
from notifier.audience.subscriptions import Channel, Subscriber, Target
from notifier.contents.incident import Incident, IncidentNotice, IncidentReport
from notifier.sending.delivery import deliver
from notifier.sending.template_trial import faults
from notifier.texts.alert import alert_message
from notifier.texts.custom_templates import LARGEST, OwnTemplates, renaming_hints, stray, template_names
from notifier.texts.incident import incident_message
from tests.notifier.changes import NOW, WILL_NOT, clause, notice, record_change, record_first
from tests.smtp import MailServer

OURS = alert_message(notice(WILL_NOT))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(scope="module")
def shared_own(folder: Path) -> Iterator[OwnTemplates]:
    """Return templates that run in one process. All tests that do not kill the process share it."""
    with OwnTemplates(folder) as running:
        yield running


@pytest.fixture
def own(shared_own: OwnTemplates, folder: Path) -> Iterator[OwnTemplates]:
    yield shared_own
    shared_own.problems.clear()
    shared_own.sound.clear()
    for file in folder.iterdir():
        file.unlink()


def test_a_template_in_the_folder_replaces_our_template(own: OwnTemplates, folder: Path) -> None:
    (folder / "alert.txt").write_text("{{ headline }}\n{% for each in passages %}{{ each.section }}{% endfor %}")
    message = alert_message(notice(WILL_NOT), "en", own.render)
    assert message.text == "Teahouse changed a clause on sharing.\n1. Who sees your data > Partners\n"
    assert message.html == OURS.html
    assert not own.problems


def test_a_template_can_replace_single_blocks_of_our_template(own: OwnTemplates, folder: Path) -> None:
    (folder / "alert.html").write_text(
        '{% extends "clausewatch/alert.html" %}{% block foot %}<p>{% include "_sign.html" %}</p>{% endblock %}'
    )
    (folder / "_sign.html").write_text("Ask Ratna, {{ subscriber }}.")
    (folder / "alert.txt").write_text('{% extends "clausewatch/alert.txt" %}{% block advice %}{% endblock %}')
    message = alert_message(notice(WILL_NOT), "en", own.render)
    assert not own.problems
    assert "<p>Ask Ratna, Privacy desk.</p>" in message.html
    assert "Sent to Privacy desk by" not in message.html
    assert message.html.partition("</head>")[0] == OURS.html.partition("</head>")[0]
    assert "What to do" not in message.text
    assert "{+may+}" in message.text


INCIDENT = IncidentNotice("Admin", "key", IncidentReport("idle", "began", NOW, incidents=(Incident("Teahouse", NOW),)))


def test_a_template_with_the_former_name_still_works(own: OwnTemplates, folder: Path) -> None:
    (folder / "operation.txt").write_text(
        '{% extends "clausewatch/operation.txt" %}{% block sent %}{{ say("operation.why") }} Ask Ratna.{% endblock %}'
    )
    message = incident_message(INCIDENT, "en", own.render)
    assert own.sound == {"operation.txt"}
    assert message.text.startswith(incident_message(INCIDENT).text[:200])
    assert message.text.endswith(" Ask Ratna.\n")
    assert stray(folder) == ()
    assert renaming_hints(folder) == (
        "messages.templates: operation.txt is now called incident.txt: rename your file. The former name still works.",
    )
    (folder / "incident.txt").write_text("Present")
    assert incident_message(INCIDENT, "en", own.render).text == "Present\n"
    assert renaming_hints(folder)[0].endswith("It is ignored, because both exist.")


def test_the_words_of_a_page_are_escaped_in_own_templates_too(own: OwnTemplates, folder: Path) -> None:
    (folder / "alert.html").write_text("{{ passages[0].after.text }}{% set x %}{{ headline }}{% endset %}{{ x }}")
    message = alert_message(notice(clause("{+<script>alert(1)</script>+}"), policy="<b>"), "en", own.render)
    assert not own.problems
    assert "<script>" not in message.html
    assert "<b>" not in message.html
    assert "&lt;script&gt;" in message.html


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nothing }}", "alert.html: 'nothing' is undefined"),
        ("\n{% if %}", "alert.html, line 2: Expected an expression"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{{ say('nope') }}", "KeyError"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ say.__self__.texts }}", "unsafe"),
        ("{{ say.__func__.__globals__ }}", "unsafe"),
        ("{{ '{0.__class__}'.format(say) }}", "unsafe"),
        ("{{ cycler.__init__.__globals__ }}", "unsafe"),
        ("{{ passages.append(1) }}", "unsafe"),
        ("{% include '../../../../etc/passwd' %}", "etc/passwd"),
        ("{% include '/etc/passwd' %}", "etc/passwd"),
        ("{% import 'os' as os %}", "os"),
        ("{{ headline | safe }}", "No filter named 'safe'"),
        ("{% autoescape false %}{{ headline }}{% endautoescape %}", "`autoescape` cannot be turned off"),
        ("{% for a in range(99999) %}{{ headline * 99 }}{% endfor %}", f"more than {LARGEST:,} characters"),
        ("{{ 'x' * 10 ** 10 }}", "MB of memory"),
        ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "RecursionError"),
    ],
)
def test_a_failing_or_forbidden_template_is_reported_and_our_template_is_used(
    own: OwnTemplates, folder: Path, template: str, why: str
) -> None:
    (folder / "alert.html").write_text(template)
    assert alert_message(notice(WILL_NOT), "en", own.render) == OURS
    assert why in own.problems["alert.html"]
    assert len(own.problems["alert.html"]) < 300


def test_a_template_that_never_ends_is_killed_once_and_then_ignored(tmp_path: Path) -> None:
    loop = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (tmp_path / "alert.html").write_text(loop)
    with OwnTemplates(tmp_path, timeout=1.5) as own:
        assert [alert_message(notice(WILL_NOT), "en", own.render) for _ in range(3)] == [OURS] * 3
        assert own.problems == {"alert.html": "alert.html: it took more than 1.5 s"}


def test_a_broken_template_loses_no_alert_and_the_operator_is_notified(
    archive: Archive, mail: MailServer, tmp_path: Path
) -> None:
    (tmp_path / "alert.html").write_text("{{ nothing }}")
    desk = [Subscriber("Privacy desk", (Target("desk", "officer@example.org"),), welcome=False)]
    record_first(archive)
    deliver(archive, desk, [Channel("desk", mail.url)], clock=lambda: NOW)
    record_change(archive, WILL_NOT)
    summary = deliver(archive, desk, [Channel("desk", mail.url)], clock=lambda: NOW, templates=tmp_path)
    assert summary.accepted == 1
    assert summary.errors == ("template alert.html: 'nothing' is undefined; the message was written with ours",)
    assert "Partners" in mail.received[-1].html


def test_templates_that_no_message_uses_are_reported(tmp_path: Path) -> None:
    for name in ("alert.html", "alerts.html", "_part.html", "notes.md"):
        (tmp_path / name).write_text("x")
    assert stray(tmp_path) == ("alerts.html",)
    assert {"alert.html", "alert.txt"} <= set(template_names())


def test_the_check_reports_what_is_wrong_with_each_file(tmp_path: Path) -> None:
    (tmp_path / "_sign.html").write_text("{{ subscriber }}")
    (tmp_path / "alert.html").write_text(
        '{% extends "clausewatch/alert.html" %}{% block foot %}{% include "_sign.html" %}{% endblock %}'
    )
    assert list(faults(tmp_path)) == []
    (tmp_path / "alert.txt").write_text("{{ headline }}{% if period %}{{ perod }}{% endif %}")
    (tmp_path / "test.txt").write_text("{% if %}")
    (tmp_path / "alarm.txt").write_text("")
    assert list(faults(tmp_path)) == [
        "alarm.txt: no message uses this template; if others include it, begin its name with an underscore",
        "test.txt, line 1: Expected an expression, got 'end of statement block'",
        "alert.txt: 'perod' is undefined",
    ]
