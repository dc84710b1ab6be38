"""Tests which languages of a policy are behind.

A language is behind if its text did not change when other languages changed.
"""

from __future__ import annotations

import pytest

from archive.questions.drift import LanguageChange, LanguageState, after, state_after


def changes(spoken: str, *changed: str) -> list[LanguageChange]:
    """Return the changes from version 2 on.

    Each text in `changed` is for one version, and contains the codes of the languages that changed in that version.
    """
    everything = frozenset(spoken.split())
    return [
        LanguageChange(version, frozenset(texts.split()), everything - set(texts.split()) if texts else frozenset())
        for version, texts in enumerate(changed, start=2)
    ]


@pytest.mark.parametrize(
    ("spoken", "changed", "behind", "since"),
    [
        ("en id", [], "", 0),
        ("en id", ["en id"], "", 0),
        ("en id", ["en"], "id", 2),
        ("en id", ["en id", "", "en"], "id", 4),
        ("en id", ["en", "en", "en"], "id", 2),
        ("en id", ["en", "id"], "", 2),
        ("en id", ["en", "en id"], "", 2),
        ("en id", ["en", "id", "id"], "en", 4),
        ("en fr id", ["en", "id"], "fr", 2),
        ("en fr id", ["en", "id", "fr"], "", 2),
        ("en fr id", ["en fr", "fr"], "en id", 2),
    ],
)
def test_a_language_is_behind_until_it_changes_too(spoken: str, changed: list[str], behind: str, since: int) -> None:
    state = state_after(changes(spoken, *changed))
    assert (state.behind, state.since) == (frozenset(behind.split()), since)


def test_falling_behind_and_catching_up_are_marked_once() -> None:
    state, turns = LanguageState(), []
    for change in changes("en id", "en", "en", "", "id", "en id", "id"):
        state = after(state, change)
        turns.append("apart" if state.newly_behind else "together" if state.together_again else "")
    assert turns == ["apart", "", "", "together", "", "apart"]
