"""Keeps the former name of a policy until the user says whether the policy was renamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from archive.recording.renames import RenameQuestion, open_rename_questions, under_former_names
from archive.storage.database import Archive
from clausewatch.config import Configuration
from notifier.audience.subscriptions import Subscriber


def as_watched(archive: Archive, configuration: Configuration) -> Configuration:
    """Return the configuration, but with the former name of each policy that may have been renamed."""
    questions = open_rename_questions(archive, configuration.policies, datetime.now(UTC))
    return until_answered(configuration, questions)


def until_answered(configuration: Configuration, questions: Iterable[RenameQuestion]) -> Configuration:
    """Return the configuration to use until these questions are answered.

    A policy with a question keeps its former name, also in the tables of subscribers.
    """
    asked = tuple(questions)
    if not asked:
        return configuration
    formers = {question.name: question.former for question in asked}
    policies = under_former_names({policy.name: policy for policy in configuration.policies}, asked)
    subscribers = tuple(_renamed(subscriber, formers) for subscriber in configuration.subscribers)
    return replace(configuration, policies=tuple(policies.values()), subscribers=subscribers)


def _renamed(subscriber: Subscriber, formers: Mapping[str, str]) -> Subscriber:
    return replace(subscriber, policies=tuple(formers.get(name, name) for name in subscriber.policies))


def question_line(question: RenameQuestion) -> str:
    """Return a line with a question and its possible answers."""
    return (
        f'{question.name}: is it "{question.former}", which left the configuration and had the same address? If so, '
        f'add renamed_from = "{question.former}" to it, and its history goes on; if not, add new = true. Until then '
        f'the policy is watched as "{question.former}".'
    )
