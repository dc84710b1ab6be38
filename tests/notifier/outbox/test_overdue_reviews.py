"""Tests that digests list overdue reviews. A review is listed in the digest of the policy's owner, or in the operators'
digests if the owner receives no digest.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.model import Review, ReviewTimes
from archive.recording.policies import synchronise
from archive.recording.reviews import add_review
from archive.reviewing.notes import Assignment, assign
from archive.storage.database import Archive
from notifier import outbox
from notifier.audience.subscriptions import Language, Subscriber
from notifier.contents.digest import MOST_CHANGES, Account, Digest, OverdueReview
from notifier.sending.composing import compose
from tests.archive.visits import HOUR, START, TEAHOUSE, record_two_versions
from tests.notifier.reader import WEEKLY, days

SARI = replace(WEEKLY, name="Sari")
ADMIN = replace(WEEKLY, name="Admin", operator=True)
LATER = START + days(30)


def digests(archive: Archive, *subscribers: Subscriber, times: ReviewTimes | None = None) -> dict[str, Account]:
    """Return the account of each subscriber's digest, by name."""
    accounts = {}
    for subscriber in subscribers:
        digest = outbox.preview_digest(archive, subscriber, LATER, {}, times, configured=subscribers)
        assert digest is not None
        accounts[subscriber.name] = digest.account
    return accounts


@pytest.fixture
def archive(archive: Archive) -> Archive:
    """Return an archive with a finding that waits for a review. Its policy is owned by Sari."""
    record_two_versions(archive)
    synchronise(archive, [replace(TEAHOUSE, owner="Sari")], START)
    outbox.register(archive, [WEEKLY, SARI, ADMIN], START + 3 * HOUR)
    return archive


REVIEW = OverdueReview("Teahouse", 2, "high", findings=1, due_at=START + days(7))


def test_the_owner_of_a_policy_hears_of_its_overdue_reviews(archive: Archive) -> None:
    accounts = digests(archive, WEEKLY, SARI, ADMIN)
    assert {name: account.overdue for name, account in accounts.items()} == {
        WEEKLY.name: (),
        "Sari": (REVIEW,),
        "Admin": (),
    }


def test_the_person_to_whom_a_change_is_assigned_hears_of_its_overdue_review(archive: Archive) -> None:
    budi = replace(SARI, name="Budi")
    assign(archive, Assignment(change=1, person="Budi", by="Sari", at=START))
    outbox.register(archive, [WEEKLY, SARI, ADMIN, budi], START + 3 * HOUR)
    assigned = replace(REVIEW, assigned="Budi")
    accounts = digests(archive, SARI, ADMIN, budi)
    assert {name: account.overdue for name, account in accounts.items()} == {
        "Sari": (),
        "Admin": (),
        "Budi": (assigned,),
    }
    assert digests(archive, SARI, ADMIN)["Sari"].overdue == (assigned,)  # Budi receives no digest


def test_operators_hear_of_overdue_reviews_if_the_owner_receives_no_digest(archive: Archive) -> None:
    for others in ((), (replace(SARI, digest=None),)):
        assert digests(archive, ADMIN, *others)["Admin"].overdue == (REVIEW,)


def test_a_review_that_is_made_or_not_due_is_not_listed(archive: Archive) -> None:
    patient = ReviewTimes(high=days(60))
    assert digests(archive, SARI, times=patient)["Sari"].overdue == ()
    add_review(archive, Review(1, "acknowledge", "", by="Sari", at=LATER))
    assert digests(archive, SARI)["Sari"].overdue == ()


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Teahouse, version 2 (high): 1 finding, due since 9 March 2026"),
        ("id", "Teahouse, versi 2 (tinggi): 1 temuan, seharusnya ditinjau paling lambat 9 Maret 2026"),
    ],
)
def test_overdue_reviews_are_listed_in_each_kind_of_message(archive: Archive, language: Language, line: str) -> None:
    digest = outbox.preview_digest(archive, SARI, LATER, {}, configured=[SARI])
    assert isinstance(digest, Digest)
    overdue = (REVIEW,) * (MOST_CHANGES - 1) + (replace(REVIEW, assigned="Budi"),)
    more = replace(digest, account=replace(digest.account, overdue=overdue, overdue_left_out=2))
    message = compose(more, language)
    for part in (message.text, message.html, "\n".join(message.chat.notes)):
        flat = " ".join(part.split())
        assert line in flat
        assert f"{line}, {'assigned to' if language == 'en' else 'ditugaskan kepada'} Budi" in flat
        assert ("and 2 more changes" if language == "en" else "dan 2 perubahan lagi") in flat
