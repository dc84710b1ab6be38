"""Tests new policies with the address of a policy that just left the configuration. Such a policy may be the same
policy with a new name.

Clausewatch asks the user, and changes nothing before the answer.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import Policy
from archive.questions.status import statuses
from archive.recording.policies import configured, synchronise
from archive.recording.renames import RenameQuestion, open_rename_questions
from archive.storage.database import Archive
from document.model import ExtractionOptions
from tests.archive.visits import HOUR, START, TEAHOUSE, record_two_versions

PALACE = replace(TEAHOUSE, name="Tea Palace", tags=("moved",))
QUESTION = RenameQuestion("Tea Palace", "Teahouse")


def names(archive: Archive) -> list[str]:
    return [policy.name for policy in configured(archive)]


def test_the_policy_is_watched_under_its_former_name_until_the_question_is_answered(archive: Archive) -> None:
    record_two_versions(archive)
    for _ in range(2):
        assert synchronise(archive, [PALACE], START).questions == (QUESTION,)
        assert open_rename_questions(archive, [PALACE], START) == (QUESTION,)
    assert configured(archive) == (replace(PALACE, name="Teahouse"),)
    assert [status.name for status in statuses(archive, START)] == ["Teahouse"]


def test_a_rename_keeps_the_history(archive: Archive) -> None:
    record_two_versions(archive)
    synchronise(archive, [PALACE], START)
    done = synchronise(archive, [replace(PALACE, renamed_from="Teahouse")], START)
    assert (done.renamed, done.questions) == (("Tea Palace",), ())
    assert [(status.name, status.versions) for status in statuses(archive, START)] == [("Tea Palace", 2)]


def test_a_policy_declared_as_new_begins_its_own_history(archive: Archive) -> None:
    record_two_versions(archive)
    synchronise(archive, [PALACE], START)
    done = synchronise(archive, [replace(PALACE, new=True)], START)
    assert (done.added, done.retired, done.questions) == (("Tea Palace",), ("Teahouse",), ())
    assert names(archive) == ["Tea Palace"]
    assert synchronise(archive, [PALACE], START).questions == ()


def test_one_shared_page_is_enough_for_a_question(archive: Archive) -> None:
    record_two_versions(archive)
    parts = replace(PALACE, url="https://teahouse.example/terms", options=ExtractionOptions(further=(TEAHOUSE.url,)))
    assert synchronise(archive, [parts], START).questions == (QUESTION,)


@pytest.mark.parametrize(("hours", "questions"), [(7 * 24, (QUESTION,)), (7 * 24 + 1, ())])
def test_there_is_no_question_more_than_a_week_after_a_policy_left(
    archive: Archive, hours: int, questions: tuple[RenameQuestion, ...]
) -> None:
    record_two_versions(archive)
    synchronise(archive, [], START)
    assert synchronise(archive, [PALACE], START + hours * HOUR).questions == questions


@pytest.mark.parametrize(
    "policies",
    [
        [TEAHOUSE, PALACE],
        [replace(PALACE, url="https://palace.example/privacy")],
        [PALACE, replace(TEAHOUSE, name="Third", renamed_from="Teahouse")],
    ],
    ids=["still watched", "another address", "continued by another"],
)
def test_there_is_no_question_if_the_history_of_no_policy_would_end(archive: Archive, policies: list[Policy]) -> None:
    record_two_versions(archive)
    assert synchronise(archive, policies, START).questions == ()


def test_there_is_one_question_for_each_policy_that_left(archive: Archive) -> None:
    record_two_versions(archive)
    done = synchronise(archive, [PALACE, replace(PALACE, name="Annex")], START)
    assert (done.questions, done.added) == ((QUESTION,), ("Annex",))
