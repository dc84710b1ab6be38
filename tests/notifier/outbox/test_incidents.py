"""Tests messages to operators: one when a trouble begins, and one when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from archive.model import AssessedFetch, Fetch, Policy
from archive.recording.policies import mark_tried, synchronise
from archive.recording.recorder import latest, record
from archive.storage.database import Archive
from differ.visits.assessment import Assessment
from differ.visits.left_out import LeftOutChange, LeftOutProse, WatchedSentence
from document.model import ExtractionOptions
from languages import languages_with
from notifier import outbox
from notifier.audience.planning import Thresholds
from notifier.audience.subscriptions import Language, Subscriber, Target
from notifier.channels.outcome import Failed
from notifier.contents.incident import MOST_INCIDENTS, Incident, IncidentNotice, IncidentReport, TroubleKind
from notifier.outbox import Templates
from notifier.sending.composing import compose
from notifier.texts.incident import incident_message
from tests.archive.visits import HOUR, JUDGED, START, TEAHOUSE, fetched, seen, written
from tests.notifier.changes import WILL_NOT, plain, record_change, record_first

ADMIN = Subscriber("Admin", (Target("desk", "admin@example.org"),), topics=(), operator=True, welcome=False)
READER = Subscriber("Officer", (Target("desk", "officer@example.org"),), welcome=False)
CHANNELS = ("desk", "chat", "mobile", "legal-chat")
AFTER = 3
"""Number of failed visits after which a policy is in trouble."""


@dataclass
class Watch:
    """Policies and subscribers. The test decides how each visit to a policy ends."""

    archive: Archive
    subscribers: list[Subscriber] = field(default_factory=lambda: [ADMIN])
    now: datetime = START
    policies: Sequence[Policy] = (TEAHOUSE,)

    def __post_init__(self) -> None:
        self.configure()

    def configure(self) -> None:
        """Add the policies and the subscribers to the archive, as a run does."""
        synchronise(self.archive, self.policies, self.now)
        outbox.register(self.archive, self.subscribers, self.now)

    def visit(self, *results: str) -> None:
        """Visit all policies once for each result. The visits are an hour apart. A result is `read`, `fallback`,
        `failed`, `gone` or `login`."""
        for result in results:
            self.now += HOUR
            for policy in self.policies:
                record(self.archive, self._result(policy, result), self.now)

    def _result(self, policy: Policy, result: str) -> AssessedFetch:
        known = latest(self.archive, policy.name)
        against = known.number if known else None
        page = fetched(self.now, b"<p>", policy.name)
        if result == "failed":
            fetch = Fetch(policy.name, self.now, error="the name server did not answer", error_kind="dns")
            return AssessedFetch(fetch, None)
        if result in ("gone", "login"):
            status = 404 if result == "gone" else 200
            return AssessedFetch(
                replace(page, status=status), Assessment("not comparable", result, f"it said {result}."), against
            )
        if known is None:
            first = seen(self.now, written(policy.name), None)
            return replace(first, fetch=replace(first.fetch, policy=policy.name))
        return AssessedFetch(page, Assessment("unchanged", identity="e1", fallback=result == "fallback"), against)

    def plan(self, templates: Templates | None = None) -> int:
        """Plan messages to operators as a run does at its end."""
        return outbox.plan_incidents(
            self.archive,
            self.subscribers,
            self.now,
            channels=CHANNELS,
            thresholds=Thresholds(AFTER),
            templates=templates or Templates(),
        )

    def told(self, templates: Templates | None = None) -> list[IncidentNotice]:
        """Plan messages to operators as a run does at its end, and return the new messages."""
        outbox.plan_alerts(self.archive, self.subscribers, self.now)
        self.plan(templates)
        return [each for each, _ in self.taken() if isinstance(each, IncidentNotice)]

    def taken(self) -> list[tuple[outbox.MessageContent, Target]]:
        """Return the waiting messages, and mark them as accepted."""
        found = []
        for delivery in outbox.open_deliveries(self.archive, self.now):
            claimed = outbox.claim(self.archive, delivery.id, self.now)
            assert claimed is not None
            outbox.note_accepted(self.archive, claimed.id, self.now)
            found.append((claimed.notice, claimed.target))
        return found

    def give_up(self) -> None:
        """Give up the waiting messages, as if the servers had refused these messages permanently."""
        for delivery in outbox.open_deliveries(self.archive, self.now):
            claimed = outbox.claim(self.archive, delivery.id, self.now)
            assert claimed is not None
            failed = Failed("the mail server answered 550 no such mailbox", permanent=True)
            outbox.note_failed(self.archive, claimed, self.now, failed)


@pytest.fixture
def watching(archive: Archive) -> Watch:
    found = Watch(archive)
    found.visit("read")
    return found


def kinds(told: Sequence[IncidentNotice]) -> list[str]:
    return [f"{each.report.kind} {each.report.stage}" for each in told]


def test_a_policy_that_cannot_be_read_is_reported_once_at_the_beginning_and_once_at_the_end(watching: Watch) -> None:
    for _ in range(AFTER - 1):
        watching.visit("failed")
        assert watching.told() == []
    watching.visit("failed")
    (began,) = watching.told()
    since = watching.now - (AFTER - 1) * HOUR
    expected = Incident("Teahouse", since, AFTER, detail="the name server did not answer", reason="dns")
    assert began.report.incidents == (expected,)
    for _ in range(3):
        watching.visit("login")
        assert watching.told() == []
    watching.visit("read")
    (ended,) = watching.told()
    assert (ended.report.kind, ended.report.stage) == ("unread", "ended")
    assert ended.report.incidents == (Incident("Teahouse", since),)
    assert watching.told() == []


def test_a_shorter_trouble_is_not_reported(watching: Watch) -> None:
    watching.visit("failed", "login", "read")
    assert watching.told() == []


def test_a_trouble_that_returns_is_reported_again(watching: Watch) -> None:
    watching.visit(*["failed"] * AFTER)
    assert kinds(watching.told()) == ["unread began"]
    watching.visit("read", *["failed"] * AFTER)
    assert sorted(kinds(watching.told())) == ["unread began", "unread ended"]


def test_one_message_reports_all_policies_that_fail_because_of_one_name_server(archive: Archive) -> None:
    many = [
        replace(TEAHOUSE, name=f"Teahouse {number}", url=f"https://teahouse.example/{number}") for number in range(25)
    ]
    watching = Watch(archive, policies=many)
    watching.visit(*["failed"] * AFTER)
    (began,) = watching.told()
    assert (len(began.report.incidents), began.report.left_out) == (MOST_INCIDENTS, 25 - MOST_INCIDENTS)
    message = compose(began)
    assert message.subject == "Clausewatch: 25 policies cannot be read"
    assert f"and {25 - MOST_INCIDENTS} more: see `clausewatch status`" in message.text
    watching.visit("read")
    (ended,) = watching.told()
    assert compose(ended).subject == "Clausewatch: 25 policies are read again"


def test_a_policy_is_gone_only_when_the_server_keeps_saying_so(watching: Watch) -> None:
    watching.visit("failed", "gone", "gone")
    assert kinds(watching.told()) == ["unread began"]
    watching.visit("gone")
    assert kinds(watching.told()) == ["gone began"]
    watching.visit("failed", "gone")
    assert watching.told() == []
    watching.visit("read")
    assert kinds(watching.told()) == ["gone ended"]


def test_a_removed_policy_is_no_longer_in_trouble_and_nothing_is_reported(watching: Watch) -> None:
    watching.visit(*["gone"] * AFTER)
    assert kinds(watching.told()) == ["gone began"]
    watching.policies = [replace(TEAHOUSE, name="Bakery")]
    watching.configure()
    assert watching.told() == []


def test_a_selector_without_a_match_is_reported_at_once_and_the_end_only_after_some_visits_with_a_match(
    archive: Archive,
) -> None:
    """Later visits find the selector at some times and not at others. Operators get no message about these visits."""
    selected = replace(TEAHOUSE, options=ExtractionOptions(languages=("en",), select=("main",)))
    watching = Watch(archive, policies=[selected])
    watching.visit("read")
    assert watching.told() == []
    watching.visit("fallback")
    assert kinds(watching.told()) == ["fallback began"]
    for _ in range(3):
        watching.visit("read", "fallback", "failed")
        assert watching.told() == []
    watching.visit("read", "read")
    assert watching.told() == []
    watching.visit("read")
    assert kinds(watching.told()) == ["fallback ended"]


def test_the_report_on_a_flapping_text_says_what_happens_to_its_alerts(watching: Watch) -> None:
    for edition in "abababa":
        watching.now += HOUR
        known = latest(watching.archive, "Teahouse")
        assert known is not None
        text = written(f"Edition {edition}.")
        record(watching.archive, seen(watching.now, text, known.number, JUDGED), watching.now)
    (began,) = watching.told()
    assert (began.report.kind, began.report.stage) == ("flapping", "began")
    assert "alerts wait" in compose(began).subject
    watching.now += timedelta(days=8)
    watching.visit("read")
    assert kinds(watching.told()) == ["flapping ended"]


def test_the_next_run_finds_a_missed_schedule_and_reports_it_once(watching: Watch) -> None:
    mark_tried(watching.archive, ["Teahouse"], watching.now)
    watching.now += 2 * TEAHOUSE.every
    assert outbox.plan_missed(watching.archive, watching.subscribers, watching.now) == 0
    watching.now += HOUR
    for _ in range(2):
        outbox.plan_missed(watching.archive, watching.subscribers, watching.now)
    watching.visit("read")
    (missed,) = watching.told()
    assert missed.report.incidents == (Incident("Teahouse", START + HOUR),)
    assert compose(missed).subject == "Clausewatch missed its schedule: Teahouse was not checked in time"
    assert outbox.plan_missed(watching.archive, watching.subscribers, watching.now) == 0
    assert watching.told() == []


def test_a_subscription_that_matches_no_policy_is_reported_once(watching: Watch) -> None:
    watching.subscribers.append(replace(READER, policies=("tag:bank",)))
    watching.configure()
    (told,) = watching.told()
    assert compose(told).subject == "Clausewatch: the subscription Officer matches no policy"
    assert watching.told() == []
    watching.subscribers[1] = READER
    watching.configure()
    assert watching.told() == []


def test_no_waiting_message_names_an_erased_person(watching: Watch) -> None:
    watching.subscribers.append(READER)
    watching.configure()
    record_change(watching.archive, WILL_NOT)
    outbox.plan_alerts(watching.archive, watching.subscribers, watching.now)
    watching.give_up()
    watching.plan()
    outbox.erase_person(watching.archive, "Officer", watching.now)
    ((told, _),) = watching.taken()
    message = compose(told)
    for part in (message.subject, message.text, message.html, plain(message), str(message.facts)):
        assert "Officer" not in part
        assert "officer@example.org" not in part


@pytest.mark.parametrize(
    ("ways", "told_at"),
    [
        (["desk:admin@example.org"], ["desk:admin@example.org"]),
        (["desk:admin@example.org", "chat"], ["chat"]),
        (["desk:officer@example.org"], []),
        (["desk:officer@example.org", "desk:admin@example.org"], ["desk:admin@example.org"]),
    ],
    ids=["another address", "another channel", "the same address", "the same and another"],
)
def test_messages_that_were_given_up_are_reported_to_a_different_target(
    watching: Watch, ways: list[str], told_at: list[str]
) -> None:
    watching.subscribers = [replace(ADMIN, via=tuple(map(Target.parse, ways))), READER]
    watching.configure()
    for policy in ("Teahouse", "Bakery"):
        record_change(watching.archive, WILL_NOT, policy=policy)
        outbox.plan_alerts(watching.archive, watching.subscribers, watching.now)
    watching.give_up()
    watching.plan()
    taken = watching.taken()
    assert [str(target) for _, target in taken] == told_at
    for told, _ in taken:
        message = compose(told)
        assert message.subject == "Clausewatch: messages to Officer (desk:officer@example.org) were given up"
        assert "2 messages" in message.text
        assert "550 no such mailbox" in message.text
        assert "clausewatch notify send --dead" in message.text
    assert watching.told() == []


def test_an_operator_message_that_was_given_up_is_reported_once_and_a_report_on_it_never(watching: Watch) -> None:
    watching.subscribers = [replace(ADMIN, via=(Target("desk", "admin@example.org"), Target("chat")))]
    watching.configure()
    watching.visit(*["failed"] * AFTER)
    passes = []
    for _ in range(5):
        watching.plan()
        passes.append(len(outbox.open_deliveries(watching.archive, watching.now)))
        watching.give_up()
    assert passes == [2, 2, 0, 0, 0]


def test_a_failure_after_a_successful_retry_is_reported_again(watching: Watch) -> None:
    watching.subscribers.append(READER)
    watching.configure()
    record_change(watching.archive, WILL_NOT)
    for _ in range(2):
        outbox.plan_alerts(watching.archive, watching.subscribers, watching.now)
        watching.give_up()
        assert kinds(watching.told()) == ["undelivered began"]
        outbox.revive(watching.archive, watching.now)
        watching.plan()


def test_a_broken_template_is_reported_until_it_works(watching: Watch) -> None:
    broken = Templates({"alert.txt": "alert.txt, line 3: unexpected '}'"})
    (told,) = watching.told(broken)
    assert compose(told).subject == "Clausewatch: the template alert.txt cannot be used"
    assert "line 3" in compose(told).text
    assert watching.told(broken) == watching.told() == []
    assert watching.told(Templates(sound={"alert.txt"})) == []
    assert kinds(watching.told(broken)) == ["template began"]


def test_a_new_operator_is_notified_of_troubles_that_continue(watching: Watch) -> None:
    watching.visit(*["failed"] * AFTER)
    watching.subscribers = []
    watching.configure()
    assert watching.told() == []
    watching.subscribers = [ADMIN, replace(ADMIN, name="Second")]
    watching.configure()
    assert {each.subscriber for each in watching.told()} == {"Admin", "Second"}


def test_only_operators_are_notified(watching: Watch) -> None:
    watching.subscribers = [READER]
    watching.configure()
    watching.visit(*["failed"] * AFTER)
    assert watching.told() == []


def test_planning_twice_sends_nothing_twice(watching: Watch) -> None:
    watching.visit(*["failed"] * AFTER)
    for _ in range(3):
        watching.plan()
    assert len(watching.taken()) == 1


HOSTILE = "<img src=x onerror=alert(1)>\x1b[31m\u202e\r\nBcc: a@b.c [a](javascript:x) {{ 7 * 7 }} `rm -rf` $(reboot)"
KINDS: tuple[TroubleKind, ...] = (
    "unread",
    "gone",
    "fallback",
    "flapping",
    "missed",
    "idle",
    "undelivered",
    "template",
    "left-out",
)


def made(
    kind: TroubleKind, about: str = "Teahouse", detail: str = "It said no.", stage: str = "began"
) -> IncidentNotice:
    first = Incident(about, START, 3, detail=detail)
    report = IncidentReport(
        kind,
        "ended" if stage == "ended" else "began",
        START,
        incidents=(first, replace(first, about="Bakery")),
        left_out=1,
    )
    return IncidentNotice("Admin", "key", report)


@pytest.mark.parametrize("language", languages_with("messages"))
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_message_says_what_is_wrong_and_what_to_do(kind: TroubleKind, language: Language) -> None:
    message = incident_message(made(kind), language)
    for part in (message.text, message.html, plain(message)):
        assert "Teahouse" in part
        assert "clausewatch " in part
    assert "3" in message.subject  # the number of policies
    assert message.facts["trouble"] == kind


@pytest.mark.parametrize("kind", KINDS)
def test_words_from_outside_are_inert_in_a_message_to_an_operator(kind: TroubleKind) -> None:
    for language in languages_with("messages"):
        message = incident_message(made(kind, HOSTILE, HOSTILE), language)
        assert "<img" not in message.html
        for part in (message.subject, message.text, message.html, plain(message)):
            for forbidden in ("\x1b", "\u202e", "\r", "\nBcc"):
                assert forbidden not in part
        assert "\n" not in message.subject
        assert "{{ 7 * 7 }}" in " ".join(message.text.split())
        assert all(line.count("'") >= 2 for line in message.text.splitlines() if "doctor" in line)


def test_the_first_version_of_a_policy_makes_no_message_to_operators(archive: Archive) -> None:
    record_first(archive)
    watching = Watch(archive)
    assert watching.told() == []


HIRED = WatchedSentence("We share your personal data with agencies.", ("sharing",), "footer")
MENTIONED = WatchedSentence("Ask our partners about the rights to the pictures.", (), "footer")


def beside(watching: Watch, *sentences: WatchedSentence, gone: tuple[WatchedSentence, ...] = ()) -> None:
    """Visit the policy an hour later. These sentences beside the policy have appeared, and the sentences in `gone`
    have disappeared."""
    watching.now += HOUR
    prose = LeftOutProse(("0" * 64,), 90, 900, identity="e1", watched=sentences)
    found = Assessment(
        "unchanged", identity="e1", left_out=prose, left_out_change=LeftOutChange(came=sentences, gone=gone)
    )
    known = latest(watching.archive, "Teahouse")
    assert known is not None
    record(watching.archive, AssessedFetch(fetched(watching.now, b"<p>"), found, known.number), watching.now)


def test_a_report_on_sentences_beside_a_policy_comes_once_and_says_how_to_include_or_exclude_them(
    watching: Watch,
) -> None:
    beside(watching, HIRED)
    (told,) = watching.told()
    assert (told.report.kind, told.report.stage) == ("left-out", "began")
    assert "“We share your personal data with agencies.” (left out as footer)" in told.report.incidents[0].detail
    text = " ".join(incident_message(told).text.split())
    assert "`select`" in text
    assert "`remove`" in text
    for _ in range(3):
        beside(watching, gone=(HIRED,))
        beside(watching, HIRED)
        assert watching.told() == []
    beside(watching, MENTIONED)
    assert [each.report.kind for each in watching.told()] == ["left-out"]


def test_a_subscriber_gets_statements_beside_a_policy_only_at_low_severity(archive: Archive) -> None:
    deaf = [
        replace(READER, name="Busy", severity="medium"),
        replace(READER, name="Rights", topics=("rights",)),
        replace(READER, name="Elsewhere", policies=("Bakery",)),
    ]
    watching = Watch(archive, [READER, *deaf])
    watching.visit("read")
    beside(watching, MENTIONED)
    assert watching.told() == []
    beside(watching, HIRED)
    assert [(each.subscriber, each.report.kind) for each in watching.told()] == [("Officer", "left-out")]
    assert watching.told() == []


def test_a_new_subscriber_gets_no_earlier_changes(watching: Watch) -> None:
    beside(watching, HIRED)
    watching.now += HOUR
    watching.subscribers = [READER]
    watching.configure()
    assert watching.told() == []
