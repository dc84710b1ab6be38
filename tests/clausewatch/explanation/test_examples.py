from __future__ import annotations

from pathlib import Path

import pytest

from clausewatch.config import load
from clausewatch.explanation.examples import example_names, examples


def test_check_names_examples_in_every_address(tmp_path: Path) -> None:
    (tmp_path / "tsa.pem").write_text("", encoding="utf-8")
    (tmp_path / "clausewatch.toml").write_text(
        'database = "postgresql+psycopg://desk@db.example.net/watch"\n[crawl]\nallow_private = ["intranet.example"]\n'
        '[watchdog]\nping = "https://ping.example.com/7f3a"\n'
        '[evidence]\ntimestamp = "https://stamps.example.org/"\ntimestamp_ca = "tsa.pem"\n',
        encoding="utf-8",
    )
    named = dict(examples(load(tmp_path / "clausewatch.toml", {})))
    assert named == {
        "database": "db.example.net",
        "crawl.allow_private": "intranet.example",
        "watchdog.ping": "ping.example.com",
        "evidence.timestamp": "stamps.example.org",
    }


@pytest.mark.parametrize(
    "value", ["privacy@counterexample.org", "https://example.org.ferry.com/", "do-not-change-me-not"]
)
def test_a_host_that_only_resembles_an_example_host_is_not_named(value: str) -> None:
    assert example_names(value) == []


@pytest.mark.parametrize("value", ["a:change-me@mail.ferry.com", "CHANGEME", "replace_this"])
def test_a_placeholder_for_a_secret_is_an_example(value: str) -> None:
    assert len(example_names(value)) == 1


def test_the_name_of_a_variable_is_shown_without_its_value(tmp_path: Path) -> None:
    (tmp_path / "clausewatch.toml").write_text('[channels]\nhook = "${HOOK}"\n', encoding="utf-8")
    configuration = load(tmp_path / "clausewatch.toml", {"HOOK": "json://hunter2.cloakroom.test"})
    assert list(examples(configuration)) == [("HOOK", "")]
