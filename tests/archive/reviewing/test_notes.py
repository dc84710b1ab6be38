"""Tests notes on policies, assignments of changes, and visits that a person asks for."""

from __future__ import annotations

import pytest

from archive.errors import NoVersionError, UnknownPolicyError
from archive.model import Policy
from archive.questions.due import planned_checks
from archive.questions.lists.inbox import InboxFilter, inbox
from archive.questions.status import statuses
from archive.recording.policies import ask_for_visit, due_policies, mark_tried
from archive.reviewing.notes import Assignment, Note, assign, assignment, policy_note, set_policy_note
from archive.storage.database import Archive
from tests.archive.visits import HOUR, START, TEAHOUSE, record_two_versions, watch


def test_a_new_note_replaces_the_old_one(archive: Archive) -> None:
    watch(archive)
    assert policy_note(archive, "Teahouse") is None
    for note in (Note("Ask Budi.", "Ratna", START), Note("Ask Sari.", "Budi", START + HOUR)):
        set_policy_note(archive, "Teahouse", note)
        assert policy_note(archive, "Teahouse") == note
    set_policy_note(archive, "Teahouse", Note("", "Ratna", START))
    assert policy_note(archive, "Teahouse") is None
    with pytest.raises(UnknownPolicyError):
        set_policy_note(archive, "Nobody", note)


def test_a_change_is_assigned_to_one_person(archive: Archive) -> None:
    record_two_versions(archive)
    first = Assignment(change=1, person="Sari", due_at=START + HOUR, by="Ratna", at=START, text="Ask legal.")
    assign(archive, first)
    assert assignment(archive, 1) == first
    for person, changes in (("Sari", 1), ("Budi", 0), ("", 0)):
        assert len(inbox(archive, InboxFilter(assigned=person), START).entries) == changes
    assert inbox(archive, InboxFilter(overdue=True), START + HOUR).count == 1
    assign(archive, Assignment(change=1, person="", by="Ratna", at=START))
    assert assignment(archive, 1) is None
    assert inbox(archive, InboxFilter(assigned=""), START).count == 1
    with pytest.raises(NoVersionError):
        assign(archive, Assignment(change=99, person="Sari", by="Ratna", at=START))


def due(archive: Archive, hours: float) -> tuple[Policy, ...]:
    """Return the due policies. Three functions say which policies are due, and must agree."""
    now = START + hours * HOUR
    policies = due_policies(archive, now)
    assert tuple(check.policy.name for check in planned_checks(archive, [TEAHOUSE], now)) == tuple(
        policy.name for policy in policies
    )
    (status,) = statuses(archive, now)
    assert status.due == bool(policies)
    return policies


def test_an_asked_for_visit_makes_a_policy_due_until_a_run_tried_it(archive: Archive) -> None:
    watch(archive)
    mark_tried(archive, ["Teahouse"], START)
    assert due(archive, 1) == ()
    ask_for_visit(archive, "Teahouse", START + HOUR)
    assert len(due(archive, 1)) == 1
    mark_tried(archive, ["Teahouse"], START + 2 * HOUR)
    assert due(archive, 2) == ()
    assert len(due(archive, 13)) == 1
    with pytest.raises(UnknownPolicyError):
        ask_for_visit(archive, "Nobody", START)
