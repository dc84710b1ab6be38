"""Tests that the examples in docs/alerts.md work without a change."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from clausewatch.config import load
from notifier.channels import address_problem
from notifier.texts.alert import alert_message
from notifier.texts.custom_templates import OwnTemplates
from notifier.texts.rendering import render
from tests.notifier.changes import WILL_NOT, notice
from tests.sources import PROJECT

DOCUMENT = (PROJECT / "docs/alerts.md").read_text(encoding="utf-8")

SECRETS = {
    "SMTP_USER": "watch@example.org",
    "SMTP_PASSWORD": "p@ss/word",
    "SLACK_URL": "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ",
    "TEAMS_URL": (
        f"https://prod-01.westus.logic.azure.com:443/workflows/{'a' * 32}/triggers/manual/paths/invoke"
        f"?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={'b' * 43}"
    ),
    "WEBHOOK_SECRET": "0123456789abcdef0123",
}


def test_the_configuration_is_valid(tmp_path: Path) -> None:
    (toml,) = re.findall(r"```toml\n(env_file.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "clausewatch.toml").write_text(toml)
    (tmp_path / "clausewatch.env").write_text("".join(f"{name}={value}\n" for name, value in SECRETS.items()))
    configuration = load(tmp_path / "clausewatch.toml", {}, address_problem)
    assert [channel.name for channel in configuration.channels] == ["desk", "legal-chat", "privacy-team", "tickets"]
    assert configuration.subscribers[1].severity == "high"


def test_the_template_in_the_example_replaces_our_template(tmp_path: Path) -> None:
    (jinja,) = re.findall(r"```jinja\n(.*?)```", DOCUMENT, re.DOTALL)
    (tmp_path / "alert.html").write_text(jinja)
    with OwnTemplates(tmp_path) as own:
        message = alert_message(notice(WILL_NOT), "en", own.render)
        assert not own.problems
    assert "This is a copy for Privacy desk." in message.html


def test_exactly_the_variables_of_a_template_are_documented() -> None:
    got: set[str] = set()

    def noting(template: str, shown: dict[str, Any]) -> str:
        got.update(shown)
        return render(template, shown)

    alert_message(notice(WILL_NOT), "en", noting)
    table = DOCUMENT.partition("A template for an alert can use these names:")[2].partition("\nTemplates run")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {re.sub(r"\(.*", "", name) for row in rows for name in re.findall(r"`([^`]+)`", row)} == got - {"preview"}


@pytest.mark.parametrize(
    "said", ["no conversation with the mail server", "no whole answer within", "a redirect is not followed"]
)
def test_messages_quoted_in_the_troubleshooting_exist(said: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (PROJECT / "notifier").rglob("*.py")]
    assert said in DOCUMENT
    assert any(said in source for source in sources)
