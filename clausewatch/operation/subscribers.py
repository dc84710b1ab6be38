"""Finds the subscribers of the configuration, and the subscribers that `clausewatch subscribe` added."""

from __future__ import annotations

from archive.storage.database import Archive
from clausewatch.config import Configuration
from clausewatch.errors import ConfigurationError, suggestion
from notifier import outbox
from notifier.audience.subscriptions import Subscriber


def require_distinct(archive: Archive, configuration: Configuration) -> None:
    """Raise ConfigurationError if a subscriber in the configuration has the name of a subscriber that `subscribe`
    added.
    """
    made = {folded(subscription.subscriber.name): subscription.subscriber.name for subscription in outbox.made(archive)}
    twice = [subscriber.name for subscriber in configuration.subscribers if folded(subscriber.name) in made]
    if twice:
        problems = [
            f'subscriber "{name}" is also the name of a subscription made on the command line: give it another name '
            f"here, or remove the other one with `clausewatch unsubscribe {made[folded(name)]!r}`"
            for name in twice
        ]
        raise ConfigurationError(str(configuration.path), problems)


def subscriber_named(archive: Archive, configuration: Configuration, name: str) -> Subscriber:
    """Return the subscriber with this name. Raises ConfigurationError if there is none."""
    everyone = outbox.everyone(archive, configuration.subscribers)
    for subscriber in everyone:
        if subscriber.name == name:
            return subscriber
    names = [subscriber.name for subscriber in everyone]
    raise ConfigurationError(str(configuration.path), [f"there is no subscriber {name!r}; {suggestion(name, names)}"])


def folded(name: str) -> str:
    """Return a name in small letters and with single spaces. So names that look the same to a person become equal."""
    return " ".join(name.split()).casefold()
