"""Tests which role each operation of the API needs. Each operation is requested once with each kind of token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from fastapi.routing import APIRoute

from archive.access.people import PERMISSIONS, Permission, Role, person_named
from archive.access.tokens import add_token, end_token, tokens
from clausewatch.desk.api import ROUTERS
from clausewatch.desk.application import door_of
from clausewatch.desk.entry import ProgramDoor
from tests.clausewatch.desk.running import ROLES, Opened, opened_with_a_change

REVIEWING = {
    "POST /api/v1/policy/note",
    "POST /api/v1/policy/visit",
    "POST /api/v1/reviews",
    "POST /api/v1/quiet-edits/{number}/reviews",
    "POST /api/v1/changes/{number}/assignment",
}
AUDITING = {"GET /api/v1/access"}
READING = 30
"""Number of operations that every role may use. A new operation must be counted here, or listed above."""


@pytest.fixture(scope="module")
def desk(empty_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    with opened_with_a_change(empty_archive, tmp_path_factory.mktemp("desk")) as running:
        yield running


def operations() -> dict[str, ProgramDoor]:
    """Return the door of each operation. The key is its method and its path."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    doors = {f"{method} {route.path}": door_of(route) for route in routes for method in route.methods or ()}
    assert all(isinstance(door, ProgramDoor) for door in doors.values())
    return {name: door for name, door in doors.items() if isinstance(door, ProgramDoor)}


def test_every_operation_needs_the_permission_that_is_stated() -> None:
    needed: dict[Permission, set[str]] = {"see": set(), "review": set(), "audit": set(), "operate": set()}
    for name, door in operations().items():
        needed[door.permission].add(name)
    assert (needed["review"], needed["audit"], needed["operate"]) == (REVIEWING, AUDITING, set())
    assert len(needed["see"]) == READING
    assert all(name.startswith("GET ") for name in needed["see"])


def status(desk: Opened, operation: str, **sent: object) -> int:
    method, _, path = operation.partition(" ")
    sent.setdefault("json", {} if method == "POST" else None)
    address = desk.address + re.sub(r"\{\w+\}", "1", path)
    return requests.request(method, address, timeout=60, allow_redirects=False, **sent).status_code  # type: ignore[arg-type]


def bearer(secret: str) -> dict[str, dict[str, str]]:
    return {"headers": {"Authorization": f"Bearer {secret}"}}


@pytest.mark.parametrize("person", ROLES)
def test_a_token_may_do_what_both_its_role_and_its_person_may_do(desk: Opened, person: Role) -> None:
    allowed_roles = [role for role in ROLES if PERMISSIONS[role] <= PERMISSIONS[person]]
    for role in allowed_roles:
        secret = desk.token(person, role)
        for name, door in operations().items():
            answered = status(desk, name, **bearer(secret))
            if door.permission in PERMISSIONS[role] & PERMISSIONS[person]:
                assert answered in (200, 404, 422), (person, role, name, answered)
            else:
                assert answered == 403, (person, role, name, answered)


def test_without_a_valid_token_nothing_is_answered(desk: Opened) -> None:
    now = datetime.now(UTC)
    holder = person_named(desk.archive.reader, "operator")
    past = add_token(desk.archive.writer, holder, "past", "operator", now=now, ends_at=now - timedelta(seconds=1))
    ended = desk.token("operator", "operator")
    assert status(desk, "GET /api/v1/me", **bearer(ended)) == 200  # control
    end_token(desk.archive.writer, tokens(desk.archive.reader)[0].id)
    cookies = {"cookies": desk.session("operator").cookies.get_dict()}
    for name in operations():
        assert status(desk, name) == 401, name
        assert status(desk, name, **cookies) == 401, name
    for secret in (past, ended, "", "x", "é"):
        assert status(desk, "GET /api/v1/me", headers={"Authorization": f"Bearer {secret}".encode()}) == 401
    assert status(desk, "GET /api/v1/me", headers={"Authorization": f"Basic {desk.token('operator', 'reader')}"}) == 401
    valid = desk.token("operator", "reader")
    assert status(desk, "GET /api/v1/me", params={"token": valid, "access_token": valid}) == 401


def test_a_person_with_a_lower_role_than_before_makes_the_token_lower_too(desk: Opened) -> None:
    from sqlalchemy import update

    from archive.storage.tables import PersonRow

    secret = desk.token("reviewer", "reviewer")
    assert status(desk, "POST /api/v1/reviews", **bearer(secret)) == 422
    lowered = update(PersonRow).where(PersonRow.name == "reviewer")
    with desk.archive.writer.writing() as session:
        session.execute(lowered.values(role="reader"))
    assert status(desk, "POST /api/v1/reviews", **bearer(secret)) == 403
    with desk.archive.writer.writing() as session:
        session.execute(lowered.values(role="reviewer"))
