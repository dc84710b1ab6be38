"""Tests questions about the rights and the recipients of all policies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.errors import UnknownPolicyError, UnknownTagError
from archive.questions.inventories import Scope, listed_recipients, listed_rights, policies_without
from archive.recording.recorder import record
from archive.storage.database import Archive
from differ.judgement.inventory import inventory
from document.model import Document
from tests.archive.visits import HOUR, START, TEAHOUSE, fetched, seen, watch, written

ASKS = "You have the right to access your data: write to desk@mill.example. We answer within 14 days, free of charge."
GIVES = "We share your orders with advertisers in Canada. We share your orders with our service providers."


def policy(archive: Archive, name: str, number: int, text: Document) -> None:
    """Record the next version of a policy, an hour after the previous version."""
    at = START + number * HOUR
    result = seen(at, text, number or None)
    assert result.assessment is not None
    fetch = fetched(at, text.text.encode(), name)
    assessed = replace(result.assessment, inventory=inventory(text))
    record(archive, replace(result, fetch=fetch, assessment=assessed), START)


@pytest.fixture
def asked(archive: Archive) -> Archive:
    """Return an archive of three policies. Two policies have versions, and one policy has no version."""
    mill, kiln = (replace(TEAHOUSE, name=name, tags=(name.lower(),)) for name in ("Mill", "Kiln"))
    watch(archive, TEAHOUSE, mill, kiln)
    policy(archive, "Teahouse", 0, written(GIVES))
    policy(archive, "Teahouse", 1, written("We share your orders with advertisers in Canada."))
    policy(archive, "Mill", 0, written(ASKS))
    policy(archive, "Mill", 1, written(f"{ASKS} {GIVES}"))
    return archive


def test_recipients_of_a_class_are_listed_across_policies(asked: Archive) -> None:
    answer = listed_recipients(asked, Scope(), kind="advertising")
    rows = [(row.policy, row.entry.country, row.since, row.version) for row in answer.entries]
    assert rows == [("Mill", "Canada", START + HOUR, 2), ("Teahouse", "Canada", START, 1)]
    assert {row.entry.sentence for row in answer.entries} == {"We share your orders with advertisers in Canada."}
    assert (answer.count, answer.unlisted, answer.policies) == (2, 0, 2)


def test_recipients_of_an_earlier_time_are_from_the_text_of_that_time(asked: Archive) -> None:
    assert [row.policy for row in listed_recipients(asked, Scope(), kind="processors").entries] == ["Mill"]
    earlier = listed_recipients(asked, Scope(START), kind="processors")
    assert [row.policy for row in earlier.entries] == ["Teahouse"]
    assert listed_recipients(asked, Scope(START - HOUR)).entries == ()


def test_recipients_are_selected_by_country_code(asked: Archive) -> None:
    assert listed_recipients(asked, Scope(), country="CA").count == 2
    assert listed_recipients(asked, Scope(), country="C").count == 0
    assert listed_recipients(asked, Scope(), country="%").count == 0


def test_rights_are_listed_with_deadline_fee_and_channel(asked: Archive) -> None:
    (row,) = listed_rights(asked, Scope(policy="Mill"), right="access").entries
    right = row.entry
    assert (right.deadline, right.fee, right.channel) == ("14 days", "free of charge", "desk@mill.example")


def test_policies_that_lack_a_right_are_named(asked: Archive) -> None:
    assert policies_without(asked, Scope(), "portability").policies == ("Mill", "Teahouse")
    assert policies_without(asked, Scope(tag="mill"), "portability").policies == ("Mill",)
    assert "Mill" not in policies_without(asked, Scope(), "access").policies
    assert policies_without(asked, Scope(START - HOUR), "portability").policies == ()


def test_the_count_of_an_answer_includes_entries_beyond_its_limit(asked: Archive) -> None:
    answer = listed_recipients(asked, Scope(limit=1))
    assert len(answer.entries) == 1
    assert answer.count == len(listed_recipients(asked, Scope()).entries) > 1


def test_unknown_names_are_refused(asked: Archive) -> None:
    with pytest.raises(UnknownPolicyError):
        listed_rights(asked, Scope(policy="Quay"))
    with pytest.raises(UnknownTagError):
        policies_without(asked, Scope(tag="quay"), "access")
