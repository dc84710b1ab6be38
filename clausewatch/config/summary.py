"""Explains a configuration in plain words, and warns of settings that are probably unintended."""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from archive.model import Policy
from clausewatch.config.model import Configuration, Stamping, Watchdog
from clausewatch.config.profiles import Tailoring
from clausewatch.config.quantities import duration_text, size_text
from differ.language.lexicon import load_lexicon
from differ.model import SEVERITIES, WATCHED
from languages import language_name
from notifier.audience.subscriptions import Subscriber, covers_policy, idle, operators
from notifier.audience.timing import DAYS

_RESERVED = ("example.com", "example.org", "example.net", "example", "invalid", "test")
"""Names that are reserved for examples, https://www.rfc-editor.org/rfc/rfc2606"""


def summary(configuration: Configuration) -> Iterator[str]:
    """Yield the meaning of the configuration, one line per setting, without secrets."""
    yield f"Archive      {configuration.database_shown}"
    yield f"Crawl        {_crawl(configuration)}"
    yield f"Watchdog     {_watchdog(configuration.watchdog)}"
    if configuration.stamping is not None:
        yield f"Evidence     {_stamping(configuration.stamping)}"
    if configuration.head_list is not None:
        signed = "signed" if configuration.head_list.key is not None else "not signed"
        yield f"Evidence     the chain's head is added to {configuration.head_list.file} after each run, {signed}"
    for policy in configuration.policies:
        yield f"Policy       {configuration.redacted(_policy(policy))}"
    for tailoring in configuration.tailorings:
        yield f"Profile      {configuration.redacted(_tailoring(tailoring))}"
    for channel in configuration.channels:
        yield f"Channel      {channel.name} ({channel.url.partition('://')[0]})"
    for subscriber in configuration.subscribers:
        yield f"Subscriber   {configuration.redacted(subscriber_line(subscriber, configuration.policies))}"


def _crawl(configuration: Configuration) -> str:
    crawl = configuration.crawl
    contact = f", as {crawl.contact}" if crawl.contact else ""
    return (
        f"pages up to {size_text(crawl.max_body)}, {crawl.timeout:g} s each, "
        f"{crawl.delay:g} s between two requests to one host, or as its Crawl-delay and Retry-After require, "
        f"up to {crawl.max_wait:g} s{contact}"
    )


def _watchdog(watchdog: Watchdog) -> str:
    visits = "1 visit" if watchdog.trouble_after == 1 else f"{watchdog.trouble_after} visits"
    waiting = f"a critical alert that waits for {duration_text(watchdog.critical_waiting)}"
    others = f"any other message for {duration_text(watchdog.waiting)}"
    sentence = f"operators are notified of a policy after {visits} in a row without it, of {waiting}, {others}"
    if watchdog.ping is None:
        return sentence
    return f"{sentence}; {urlsplit(watchdog.ping).hostname} is pinged after each run"


def _stamping(stamping: Stamping) -> str:
    often = f"every {duration_text(stamping.every)} at most" if stamping.every else "after each run"
    return f"the chain's head is stamped by {urlsplit(stamping.authority).hostname}, {often}"


def _policy(policy: Policy) -> str:
    parts = [f"{policy.name}: {' and '.join(policy.urls)}", f"every {duration_text(policy.every)}"]
    if policy.options.languages:
        parts.append(f"in {' and '.join(policy.options.languages)}")
    parts.append(f"profile {policy.profile}")
    if policy.tags:
        parts.append(f"tags {' '.join(policy.tags)}")
    if policy.options.select or policy.options.remove:
        parts.append("with selectors of its own")
    if policy.options.rendered:
        parts.append("its scripts run in a browser")
    if policy.renamed_from:
        parts.append(f"was {policy.renamed_from}")
    return ", ".join(parts)


def _tailoring(tailoring: Tailoring) -> str:
    parts = [f"{tailoring.name}: as {tailoring.extends}"]
    if tailoring.off:
        parts.append(f"without {_listed(tailoring.off)}")
    if tailoring.material:
        parts.append(f"changes to {_listed(tailoring.material)} are material")
    if tailoring.quiet:
        parts.append(f"changes to {_listed(tailoring.quiet)} are not")
    for rule in tailoring.rules:
        weight = "material" if rule.material else "not material"
        words = " or ".join(f'"{pattern}"' for pattern in rule.patterns)
        parts.append(f"rule {rule.rule} ({rule.topic}, {rule.severity}, {weight}) if {words} comes or goes")
    return "; ".join(parts)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def subscriber_line(subscriber: Subscriber, policies: Sequence[Policy]) -> str:
    """Return a sentence: what a subscriber is notified of, when and through which channels."""
    heard = [*_asked(subscriber), *(["how the watch goes"] if subscriber.operator else [])]
    covered = len([policy for policy in policies if covers_policy(subscriber, policy.name, policy.tags)])
    where = "all policies" if not subscriber.policies else f"{', '.join(subscriber.policies)} ({covered} in all)"
    via = " and ".join(str(target) for target in subscriber.via)
    language = "" if subscriber.language == "en" else f", in the language {subscriber.language!r}"
    sentence = f"{subscriber.name} hears of {' and of '.join(heard)}, in {where}, through {via}{language}"
    return "; ".join([sentence, *_times(subscriber)])


def _asked(subscriber: Subscriber) -> list[str]:
    watched = [topic for topic in subscriber.topics if topic in WATCHED]
    fine = [topic for topic in subscriber.topics if topic not in WATCHED]
    asked = [f"material changes to {' and '.join(watched)}"] if watched else []
    asked += [f"every change to {', '.join(fine)}"] if fine else []
    asked += [f"every change under clause {' and '.join(subscriber.clauses)}"] if subscriber.clauses else []
    severity = "" if subscriber.severity == SEVERITIES[-1] else f" from severity {subscriber.severity} on"
    return [f"{' and '.join(asked)}{severity}"] if asked else []


def _times(subscriber: Subscriber) -> list[str]:
    parts = []
    if subscriber.digest is not None:
        day = f"on {DAYS[subscriber.digest.day].capitalize()} " if subscriber.digest.rhythm == "weekly" else ""
        when = f"{day}at {subscriber.digest.at:%H:%M} ({subscriber.timezone})"
        waits = "; alerts wait for it, critical ones do not" if subscriber.alerts == "digest" else ""
        parts.append(f"{subscriber.digest.rhythm} digest {when}{waits}")
    if subscriber.quiet is not None:
        parts.append(f"quiet {subscriber.quiet} ({subscriber.timezone}), but for what is critical")
    return parts


def warnings(configuration: Configuration) -> Iterator[str]:
    """Yield a sentence, without secrets, for each setting that is allowed but probably unintended."""
    yield from _policy_warnings(configuration)
    yield from _audience_warnings(configuration)
    if configuration.subscribers and not operators(configuration.subscribers):
        yield "no subscriber has operator = true: nobody is notified of unreadable policies or lost messages"
    for tailoring in configuration.tailorings:
        if all(policy.profile != tailoring.name for policy in configuration.policies):
            yield f"profile {tailoring.name}: no policy uses it"
    if not configuration.crawl.contact:
        yield "crawl.contact is not set: a site's owner cannot reach you, and may block an unknown visitor"
    if configuration.crawl.allow_private:
        opened = ", ".join(configuration.crawl.allow_private)
        yield f"crawl.allow_private opens {opened}: any watched page may lead the crawler there"
    yield from _archive_warnings(configuration.database)
    path = configuration.env_file
    if path is not None and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield f"{path} holds secrets, and other users of this machine can read it: chmod 600 {path}"
    if configuration.from_environment:
        names = ", ".join(configuration.from_environment)
        yield f"cron jobs do not have your environment: put {names} into the env_file"


def _archive_warnings(database: str) -> Iterator[str]:
    """Warn of a SQLite archive that everybody on this machine can read."""
    file = Path(unquote(database.removeprefix("sqlite:///")))
    if database.startswith("sqlite:///") and file.is_file() and file.stat().st_mode & stat.S_IROTH:
        yield f"other users of this machine can read the archive: chmod o= {file} {file}-wal {file}-shm"


def _address_warnings(policy: Policy) -> Iterator[str]:
    parts = [urlsplit(url) for url in policy.urls]
    if any(part.scheme == "http" for part in parts):
        yield f"{policy.name}: http:// can be altered in transit; use https:// if the site supports it"
    for host in dict.fromkeys(part.hostname or "" for part in parts):
        if _is_reserved(host):
            yield f"{policy.name}: {host} is a name for examples; write the real address"


def _policy_warnings(configuration: Configuration) -> Iterator[str]:
    if not configuration.policies:
        yield "no policy is configured: nothing will be watched"
    seen: dict[tuple[object, ...], str] = {}
    for policy in configuration.policies:
        yield from _address_warnings(policy)
        unknown = [language for language in policy.options.languages if load_lexicon(language) is None]
        if unknown:
            yield f"{policy.name}: there are no word lists for {', '.join(unknown)}: judged by structure alone"
        short = [one for one in policy.options.languages if (lexicon := load_lexicon(one)) and lexicon.short]
        if short:
            names = ", ".join(map(language_name, short))
            yield f"{policy.name}: the word lists for {names} are short: more changes are missed than in English"
        same = (policy.urls, policy.options)
        if same in seen:
            yield f"{policy.name}: watches the same page as {seen[same]}"
        seen.setdefault(same, policy.name)


def _audience_warnings(configuration: Configuration) -> Iterator[str]:
    if not configuration.subscribers:
        yield "no subscriber is configured: changes will be recorded, and nobody will be notified"
        return
    watched = [(policy.name, policy.tags) for policy in configuration.policies]
    heard = {
        name
        for subscriber in configuration.subscribers
        for name, tags in watched
        if covers_policy(subscriber, name, tags)
    }
    for subscriber in idle(configuration.subscribers, watched):
        yield idle_line(subscriber)
    for subscriber in configuration.subscribers:
        for target in subscriber.via:
            if _is_reserved(target.recipient.rpartition("@")[2]):
                yield f"{subscriber.name}: {target.recipient} is an address for examples; write the real one"
    for policy in configuration.policies:
        if policy.name not in heard:
            yield f"{policy.name}: nobody is notified of its changes"
    used = {target.channel for subscriber in configuration.subscribers for target in subscriber.via}
    for channel in configuration.channels:
        if channel.name not in used:
            yield f"channel {channel.name}: no subscriber uses it"


def unheard(made: Iterable[Subscriber], configuration: Configuration) -> Iterator[str]:
    """Yield subscriptions of the command line that cover no policy, or that use a channel that no longer exists."""
    subscribers = tuple(made)
    for subscriber in idle(subscribers, [(policy.name, policy.tags) for policy in configuration.policies]):
        yield idle_line(subscriber)
    channels = {channel.name for channel in configuration.channels}
    for subscriber in subscribers:
        for target in subscriber.via:
            if target.channel not in channels:
                yield f"{subscriber.name} receives nothing through {target}: this channel no longer exists"


def idle_line(subscriber: Subscriber) -> str:
    """Return the note that a subscription covers no policy."""
    return f"{subscriber.name} receives nothing: no policy is covered"


def _is_reserved(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _RESERVED)
