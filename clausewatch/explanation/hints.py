"""Warns of settings that are allowed but probably unintended."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archive.model import Policy
from archive.permissions import obstacle, open_to_others
from clausewatch.config.model import Configuration
from clausewatch.explanation.examples import examples
from differ.language.lexicon import load_lexicon
from languages import language_name
from notifier.audience.subscriptions import Subscriber, idle, operators, unheard_topics

MOST_SUBJECTS = 8
"""Maximum number of subjects that a line names. Further subjects are only counted."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A warning about its subject, such as a policy, a subscriber or a channel."""

    sentence: str
    """The warning without secrets and without the name of the subject."""
    subject: str = ""
    """Name of the subject; "" if the sentence needs no subject."""


def grouped(hints: Iterable[Hint]) -> Iterator[str]:
    """Yield one line for each different sentence, with all subjects of the hints that have this sentence."""
    subjects: dict[str, list[str]] = {}
    for hint in hints:
        subjects.setdefault(hint.sentence, []).extend([hint.subject] if hint.subject else [])
    for sentence, names in subjects.items():
        shown = ", ".join(names[:MOST_SUBJECTS])
        more = f" and {len(names) - MOST_SUBJECTS} more" if len(names) > MOST_SUBJECTS else ""
        yield f"{shown}{more}: {sentence}" if names else sentence


def hints(configuration: Configuration, made: Iterable[Subscriber] = ()) -> Iterator[Hint]:
    """Yield all warnings about a configuration. `made` are the subscribers that `clausewatch subscribe` added."""
    for place, word in examples(configuration):
        yield Hint("this is an example; write the real one", f"{place} ({word})" if word else place)
    yield from _policy_hints(configuration)
    yield from _audience_hints(configuration, tuple(made))
    for tailoring in configuration.tailorings:
        if all(policy.profile != tailoring.name for policy in configuration.policies):
            yield Hint("no policy uses it", f"profile {tailoring.name}")
    if not configuration.crawl.contact:
        yield Hint("crawl.contact is not set: a site's owner cannot reach you, and may block an unknown visitor")
    if configuration.crawl.allow_private:
        opened = ", ".join(configuration.crawl.allow_private)
        yield Hint(f"crawl.allow_private opens {opened}: any watched page may lead the crawler there")
    yield from _file_hints(configuration)
    if configuration.from_environment:
        names = ", ".join(configuration.from_environment)
        yield Hint(f"cron jobs do not have your environment: put {names} into the env_file")


def _file_hints(configuration: Configuration) -> Iterator[Hint]:
    """Warn if every user of this machine can read a SQLite archive or a file of secrets."""
    yield from _archive_hints(configuration.database, configuration.database_group)
    path = configuration.env_file
    if path is not None and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield Hint(f"{path} holds secrets, and other users of this machine can read it: chmod 600 {path}")


def _archive_hints(database: str, group: str | None) -> Iterator[Hint]:
    if not database.startswith("sqlite:///"):
        if group is not None:
            yield Hint("database_group is for a SQLite file only: on PostgreSQL, roles decide who may read")
        return
    file = Path(unquote(database.removeprefix("sqlite:///")))
    problem = None if group is None else obstacle(file, group)
    if problem is not None:
        yield Hint(problem)
    if opened := open_to_others(file):
        mode = "go=" if group is None else "o="
        yield Hint(f"every user of this machine can read the archive: chmod {mode} {' '.join(map(str, opened))}")
    elif group is None and file.is_file() and file.stat().st_mode & stat.S_IRGRP:
        yield Hint(f"a group can read the archive, and no database_group is set: if it should not, chmod g= {file}")


def _policy_hints(configuration: Configuration) -> Iterator[Hint]:
    if not configuration.policies:
        yield Hint("no policy is configured: nothing will be watched")
    seen: dict[tuple[object, ...], str] = {}
    for policy in configuration.policies:
        if any(urlsplit(url).scheme == "http" for url in policy.urls):
            yield Hint("http:// can be altered in transit; use https:// if the site supports it", policy.name)
        yield from _language_hints(policy)
        same = (policy.urls, policy.options)
        if same in seen:
            yield Hint(f"the same page is already watched as {seen[same]}", policy.name)
        seen.setdefault(same, policy.name)


def _language_hints(policy: Policy) -> Iterator[Hint]:
    unknown = [language for language in policy.options.languages if load_lexicon(language) is None]
    if unknown:
        yield Hint(f"there are no word lists for {', '.join(unknown)}: judged by structure alone", policy.name)
    short = [language for language in policy.options.languages if is_short(language)]
    if short:
        names = ", ".join(map(language_name, short))
        yield Hint(f"the word lists for {names} are short: more changes are missed than in English", policy.name)


def is_short(language: str) -> bool:
    """Whether a language's word list is marked as short."""
    lexicon = load_lexicon(language)
    return lexicon is not None and lexicon.short


def _audience_hints(configuration: Configuration, made: Sequence[Subscriber]) -> Iterator[Hint]:
    subscribers = configuration.subscribers
    everyone = (*subscribers, *made)
    if not everyone:
        yield Hint("no subscriber is configured: changes will be recorded, and nobody will be notified")
        return
    watched = [(policy.name, policy.tags) for policy in configuration.policies]
    for subscriber in idle(subscribers, watched):
        yield Hint("no policy is covered, so nothing is sent", subscriber.name)
    for name, tags in watched:
        if topics := unheard_topics(everyone, name, tags):
            yield Hint(f"nobody is notified of changes on {' or '.join(topics)}", name)
    used = {target.channel for subscriber in everyone for target in subscriber.via}
    for channel in configuration.channels:
        if channel.name not in used:
            yield Hint("no subscriber uses it", f"channel {channel.name}")
    if not operators(everyone):
        yield Hint("no subscriber has operator = true: nobody is notified of unreadable policies or lost messages")


def unheard(made: Iterable[Subscriber], configuration: Configuration) -> Iterator[str]:
    """Yield a warning for each subscription in `made` that covers no policy or uses a channel that no longer exists."""
    subscribers = tuple(made)
    for subscriber in idle(subscribers, [(policy.name, policy.tags) for policy in configuration.policies]):
        yield idle_line(subscriber)
    channels = {channel.name for channel in configuration.channels}
    for subscriber in subscribers:
        for target in subscriber.via:
            if target.channel not in channels:
                yield f"{subscriber.name} receives nothing through {target}: this channel no longer exists"


def idle_line(subscriber: Subscriber) -> str:
    """Return the warning that a subscription covers no policy."""
    return f"{subscriber.name} receives nothing: no policy is covered"
