"""Makes sample alerts that use every value of the alert templates, to test a user's templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from differ.explanation import Explanation
from differ.model import Edit, Finding, Timing
from document.model import StatedDate
from languages import languages_with
from notifier.audience.subscriptions import Subscriber, Target
from notifier.contents.change_notice import Alert, Notice, Seen
from notifier.contents.roundup import Roundup
from notifier.texts.alert import FULL_PASSAGES, alert_message, trial_message
from notifier.texts.custom_templates import OwnTemplates, stray
from notifier.texts.roundup import roundup_message

MOMENT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

CHANGED = Finding(
    topic="sharing",
    section="3. Who sees your data > Partners",
    language="en",
    material=True,
    severity="critical",
    rule="sharing.consent",
    source="WP260 rev.01, paragraph 29",
    clause="II",
    before="We will not share your orders.",
    after="We may share your orders.",
    explanation=Explanation("Sharing no longer needs consent: “will not” became “may”."),
    edits=(
        Edit("keep", "We "),
        Edit("delete", "will not"),
        Edit("insert", "may"),
        Edit("keep", " share your orders."),
    ),
)
REMOVED = replace(CHANGED, topic="rights", severity="high", clause=None, source="", after="", edits=())
ADDED = replace(CHANGED, topic="cookies", section="", severity="low", material=False, before="", edits=())


def notices() -> tuple[Notice, ...]:
    """Return a plain alert, an alert with many clauses and all notes, and an alert about a text that returned."""
    stated = StatedDate("updated", date(2026, 3, 1), "Updated on 1 March 2026.")
    until = date(2026, 4, 1)
    timing = Timing(
        stated_before=stated.day,
        stated_after=stated.day,
        silent=True,
        effective=until,
        window_days=30,
        due=until,
        window_text="We give thirty days’ notice.",
    )
    plain = Notice(
        subscriber="Privacy desk",
        policy="Teahouse",
        url="https://teahouse.example/privacy",
        earlier=Seen(1, MOMENT - timedelta(days=30), MOMENT - timedelta(days=1), dates=()),
        later=Seen(2, MOMENT, MOMENT, dates=(stated,)),
        alerts=_alerts(CHANGED),
        head=f"12:{'0' * 64}",
    )
    many = [CHANGED, REMOVED, ADDED, *(replace(CHANGED, section=f"Part {number}") for number in range(FULL_PASSAGES))]
    noted = replace(plain, judged_by="structure", confirmed=False, flapping=True)
    return (
        plain,
        replace(noted, alerts=_alerts(*many), timing=timing, drift=("id",), head=""),
        replace(plain, alerts=_alerts(ADDED), former=plain.earlier, coarse=True, url="no address of the web"),
    )


def faults(folder: Path) -> Iterator[str]:
    """Yield the problems of a folder's templates. A problem is a wrong file name, wrong syntax, or a failure with a
    sample. Each problem names its place.
    """
    for name in stray(folder):
        yield f"{name}: no message uses this template; if others include it, begin its name with an underscore"
    with OwnTemplates(folder) as own:
        own.examine()
        for language in languages_with("messages"):
            for notice in notices():
                alert_message(notice, language, own.render)
            roundup_message(Roundup("Privacy desk", "sample", notices()), language, own.render)
            trial_message(Subscriber("Privacy desk", (Target("desk"),), language=language), MOMENT, own.render)
        yield from own.problems.values()


def _alerts(*findings: Finding) -> tuple[Alert, ...]:
    return tuple(Alert(f"{number:016x}", finding) for number, finding in enumerate(findings, start=1))
