"""Tests the API with generated requests. Each answer must be as the OpenAPI document says, and none may be a fault.

The seed of the requests is fixed, so a failure can be repeated. A sample runs always, and all requests run with
CLAUSEWATCH_LONG=1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup

from archive.access.log import accesses
from clausewatch.desk.api import ROUTERS
from clausewatch.desk.api.description import described
from tests.clausewatch.desk.running import Opened, filled, opened

LONG = bool(os.environ.get("CLAUSEWATCH_LONG"))
CASES = 500 if LONG else 6
"""Number of requests for each operation."""
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
LEAST_OPERATIONS = 30

Operation = APIOperation[Any, Any, Any, Any]

CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"allow-x00": False},  # refused for all operations before parameters are read
        "checks": {
            "ignored_auth": {"enabled": False},  # test_api.py tests it; here the limit for wrong tokens would answer
            # 400: the parameters are valid, but contradict each other, which a schema cannot say.
            "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "400", "404"]},
            "negative_data_rejection": {"expected-statuses": ["400", "401", "404", "405", "413", "414", "422"]},
        },
    }
)


@pytest.fixture
def both(database_url: str, tmp_path: Path) -> Iterator[Opened]:
    filled(database_url, {"Teahouse": 2, "Bakery": 1})
    with opened(database_url, tmp_path, api_requests=100_000) as running:
        yield running


def operations(document: Mapping[str, Any], address: str) -> Iterator[Operation]:
    schema = schemathesis.openapi.from_dict(dict(document), config=CONFIG)
    schema.config.update(base_url=address)
    for result in schema.get_all_operations():
        yield result.ok()  # type: ignore[union-attr]  # an invalid document fails here


def test_generated_requests_are_answered_as_documented(both: Opened) -> None:
    headers = {"Authorization": f"Bearer {both.token('operator', 'operator')}"}
    document = requests.get(f"{both.address}/api/v1/openapi.json", headers=headers, timeout=60).json()
    tested = list(operations(document, both.address))
    assert len(tested) >= LEAST_OPERATIONS
    failures: list[BaseException] = []
    for operation in tested:
        for mode in MODES:
            try:
                send_cases(operation, mode, headers)
            except FailureGroup as failure:
                failures.append(failure)
    if failures:
        raise BaseExceptionGroup("wrong answers", failures)
    assert accesses(both.archive.reader, 1), "no generated request recorded anything"


def send_cases(operation: Operation, mode: GenerationMode, headers: dict[str, str]) -> None:
    """Send generated requests for an operation, and check the answers."""

    @seed(20261130)
    @settings(
        max_examples=CASES // len(MODES),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Case[Any]) -> None:
        # An empty list or object as an unknown parameter leaves nothing in the address, so the request is valid.
        assume(mode is GenerationMode.POSITIVE or all(value not in (None, [], {}) for value in case.query.values()))
        case.call_and_validate(headers=headers, timeout=60)

    try:
        send()
    except schemathesis.errors.InvalidSchema:  # an operation without parameters cannot be sent a wrong one
        assert mode is GenerationMode.NEGATIVE


def test_the_document_describes_every_operation_exactly() -> None:
    document = described([route for router in ROUTERS for route in router.routes])
    assert document["openapi"].startswith("3.1")
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("additionalProperties") is False or "enum" in schema, name
    every = [operation for methods in document["paths"].values() for operation in methods.values()]
    assert len({operation["operationId"] for operation in every}) == len(every) >= LEAST_OPERATIONS
    assert all(operation["description"] for operation in every)
