"""Tests explanations of changed clauses. An explanation says who does what to whom, on which condition, and why the
change matters."""

from __future__ import annotations

from differ import compare
from differ.visits.explaining import Explanation, explain
from tests.differ.policies import document, policy


def explained(before: str, after: str, language: str = "en") -> list[Explanation]:
    """Return the explanations of an edit of one sentence."""
    old, new = (document(policy(language, sentence), language) for sentence in (before, after))
    return list(explain(old, new, compare(old, new)))


def test_an_explanation_of_sharing_names_giver_data_receiver_and_condition() -> None:
    (change,) = explained(
        "We do not share your photos with sponsors without your consent.",
        "We share your photos with sponsors without your consent.",
    )
    assert change.before is not None
    assert change.after is not None
    (before,), (after,) = change.before.frames, change.after.frames
    assert (before.who, before.what, before.whom, before.condition) == ("we", "photos", "sponsors", "consent")
    assert (before.polarity, after.polarity, after.condition) == ("conditional", "plain", "no consent")
    assert {finding.severity for finding in change.findings} >= {"critical"}
    assert change.suppressed == ()


def test_an_entry_of_a_list_takes_its_verb_from_the_sentence_above_the_list() -> None:
    (change,) = explained(
        "We share your data with:\n\n- our bank", "We share your data with:\n\n- our bank\n- data brokers"
    )
    assert change.before is None
    assert change.after is not None
    (frame,) = change.after.frames
    assert (frame.who, frame.action, frame.whom) == ("we", "share your data with", "data brokers")


def test_an_explanation_of_a_right_names_holder_right_channel_and_condition() -> None:
    (change,) = explained(
        "You may ask for a copy of your data free of charge by e-mail to us.",
        "You may ask for a copy of your data for a fee of 10 euros.",
    )
    assert change.before is not None
    (frame,) = change.before.frames
    assert (frame.watched, frame.who, frame.action) == ("rights", "you", "copy of")
    assert (frame.whom, frame.condition) == ("by e mail", "free of charge")


def test_an_indonesian_recipient_that_receives_data_is_the_subject() -> None:
    (change,) = explained("Mitra kami menerima video Anda.", "Mitra kami menerima video dan kontak Anda.", "id")
    assert change.after is not None
    assert (change.after.frames[0].who, change.after.frames[0].action) == ("mitra", "menerima")


def test_an_edit_without_a_change_of_meaning_is_explained_by_its_reason() -> None:
    (change,) = explained("We share your data with our bank.", "We share your information with our bank.")
    assert [piece.reason for piece in change.suppressed] == ["synonym"]
    assert change.findings == ()
    assert change.effects == ()
