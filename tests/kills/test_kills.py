"""Tests that a run or a sender may be killed at any moment. The archive stays intact, and every alert arrives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kills.killing import Killing
from tests.kills.stand import Stand, standing

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
SEED = 20261123
RUN = ("run", "--all", "--verbose")
SEND = ("notify", "send")
AT_WORK = 0.8
"""Minimum share of kills that must come during the work of a command."""


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    """Return a setup with one policy, which was visited once."""
    with standing(tmp_path, database_url) as made:
        made.configure(names=("Lodge",))
        assert made.call(*RUN).code == 0
        yield made


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_run_killed_at_random_loses_nothing(stand: Stand) -> None:
    killing = Killing(stand, SEED, lambda: stand.publish("Lodge"))
    while killing.at_work < (300 if LONG else 4):
        killing.at_random(*RUN)
        assert mostly_at_work(killing), killing.summary()
    assert killing.finish() == [], killing.summary()
    assert killing.at_work >= AT_WORK * killing.killed or not LONG, killing.summary()
    print(killing.summary())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_run_killed_at_any_named_point_loses_nothing(stand: Stand) -> None:
    """Each run starts from the state that the previous, killed run left. So some runs are killed while they recover
    from an earlier kill."""
    killing, number = Killing(stand, SEED, lambda: stand.publish("Lodge")), 1
    while True:
        if not killing.at_point(number, *RUN):
            break
        number += 1 if LONG else 6
    assert killing.finish() == [], killing.summary()
    assert {"before commit", "after commit", "before send"} <= set(killing.places) or not LONG
    print(killing.summary())


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_sender_killed_at_random_and_at_named_points_loses_nothing(stand: Stand) -> None:
    killing = Killing(stand, SEED)
    while killing.at_work < (200 if LONG else 4):
        if killing.killed % 10 == 0:
            wait_in_the_outbox(stand, 5 if LONG else 2)
        if killing.random.random() < 0.5:
            killing.at_random(*SEND)
        else:
            killing.at_point(killing.random.randint(1, 24), *SEND)
        assert mostly_at_work(killing), killing.summary()
    assert killing.finish() == [], killing.summary()
    assert killing.at_work >= AT_WORK * killing.killed or not LONG, killing.summary()
    print(killing.summary())


def mostly_at_work(killing: Killing) -> bool:
    """Return whether enough kills came during the work. Four fewer than `AT_WORK` demands are tolerated, because chance
    can make their number smaller.
    """
    return killing.at_work >= AT_WORK * killing.killed - 4


def wait_in_the_outbox(stand: Stand, editions: int) -> None:
    """Make runs find this number of new editions while neither server can be reached, so that the messages wait."""
    stand.mail.stop()
    stand.hook.status = 503
    for _ in range(editions):
        stand.publish("Lodge")
        stand.call(*RUN)
    stand.hook.status = 200
    stand.mail.start()
