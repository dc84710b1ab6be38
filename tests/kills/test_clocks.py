"""Tests runs whose clock jumps, between two runs or within a run. The order of versions and the chain stay intact. Each
change is reported once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from archive.questions.history import versions_of
from archive.storage.database import open_archive
from tests.faked_clock import environment
from tests.kills.killing import Killing
from tests.kills.programs import Ended, under
from tests.kills.soundness import Witness, received
from tests.kills.stand import Stand, standing

JUMPS = ("-1d", "+10y", "+0", "-300d", "+1h")
LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))


@pytest.fixture
def stand(tmp_path: Path, database_url: str) -> Iterator[Stand]:
    with standing(tmp_path, database_url) as made:
        made.configure(names=("Lodge",))
        assert made.call("run").code == 0
        yield made


def at(stand: Stand, clock: str, *words: str, **more: str) -> Ended:
    """Run a command with a shifted clock."""
    return under(stand, [], *words, **(environment(clock) | more))


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_clock_that_jumps_between_runs_keeps_the_order(stand: Stand) -> None:
    """The runs visit only policies that are due. The policy is due after a jump forwards and after a jump backwards,
    so no change is missed."""
    witness = Witness(stand)
    for told, jump in enumerate(JUMPS if LONG else JUMPS[1:3], start=1):
        stand.publish("Lodge")
        make_due(stand)
        ended = at(stand, jump, "run")
        assert "1 changed (1 material)" in ended.said, ended.said
        assert witness.look() == []
        assert sum(received(stand).values()) == 2 * told
    assert Killing(stand, 0).finish() == []
    with open_archive(stand.database) as archive:
        assert [version.number for version in versions_of(archive, "Lodge")] == list(
            range(1, stand.editions["Lodge"] + 1)
        )


def make_due(stand: Stand) -> None:
    """Set the recorded time of the last visit back by an hour."""
    engine = create_engine(stand.database)
    with engine.begin() as connection:
        tried = connection.execute(text("SELECT tried_at FROM policy")).scalar_one()
        moment = datetime.fromisoformat(str(tried)) - timedelta(hours=1)
        connection.execute(text("UPDATE policy SET tried_at = :moment"), {"moment": moment.isoformat(" ")})
    engine.dispose()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("jump", ["-1d", "+3650d"] if LONG else ["+3650d"])
def test_a_clock_that_jumps_within_a_run_keeps_the_order(stand: Stand, jump: str) -> None:
    """The clock jumps when the page is requested. The visit continues, and no time-out ends it."""
    stand.publish("Lodge")
    clock = stand.folder / "clock"
    clock.write_text("+0")
    answer = stand.site.answer

    def leap(path: str, headers: dict[str, str]) -> object:
        clock.write_text(jump)
        return answer(path, headers)

    stand.site.answer = leap  # type: ignore[method-assign, assignment]  # the server of the test, not our code
    ended = at(stand, "", "run", "--all", FAKETIME_TIMESTAMP_FILE=str(clock))
    stand.site.answer = answer  # type: ignore[method-assign]  # as above
    assert ended.code == 0, ended.said
    assert re.search(r"1 changed \(1 material\); 2 alerts sent", ended.said), ended.said
    assert Witness(stand).look() == []
    assert Killing(stand, 0).finish() == []
    assert sum(received(stand).values()) == 2
