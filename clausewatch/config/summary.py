"""What a configuration means, in plain words, and what in it is probably not meant."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from archive.model import Policy
from clausewatch.config.model import Configuration
from clausewatch.config.profiles import Tailoring
from clausewatch.config.quantities import duration_text, size_text
from differ.lexicon import lexicon
from differ.model import SEVERITIES, WATCHED
from notifier.subscriptions import TAG, Subscriber

_RESERVED = ("example.com", "example.org", "example.net", "example", "invalid", "test")
"""Names that are reserved for examples, https://www.rfc-editor.org/rfc/rfc2606"""


def summary(configuration: Configuration) -> Iterator[str]:
    """Yield what was understood, a line each, without secrets."""
    yield f"Archive      {configuration.database_shown}"
    yield f"Crawl        {_crawl(configuration)}"
    for policy in configuration.policies:
        yield f"Policy       {configuration.redacted(_policy(policy))}"
    for tailoring in configuration.tailorings:
        yield f"Profile      {configuration.redacted(_tailoring(tailoring))}"
    for channel in configuration.channels:
        yield f"Channel      {channel.name} ({channel.url.partition('://')[0]})"
    for subscriber in configuration.subscribers:
        yield f"Subscriber   {configuration.redacted(_subscriber(subscriber, configuration))}"


def _crawl(configuration: Configuration) -> str:
    crawl = configuration.crawl
    contact = f", as {crawl.contact}" if crawl.contact else ""
    return (
        f"pages up to {size_text(crawl.max_body)}, {crawl.timeout:g} s each, "
        f"{crawl.delay:g} s between two requests to one host, or as its Crawl-delay and Retry-After ask, "
        f"up to {crawl.max_wait:g} s{contact}"
    )


def _policy(policy: Policy) -> str:
    parts = [f"{policy.name}: {policy.url}", f"every {duration_text(policy.every)}"]
    if policy.options.languages:
        parts.append(f"in {' and '.join(policy.options.languages)}")
    parts.append(f"profile {policy.profile}")
    if policy.tags:
        parts.append(f"tags {' '.join(policy.tags)}")
    if policy.options.select or policy.options.remove:
        parts.append("with selectors of its own")
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
        parts.append(f"rule {rule.rule} ({rule.topic}, {rule.severity}, {weight}) where {words} comes or goes")
    return "; ".join(parts)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _subscriber(subscriber: Subscriber, configuration: Configuration) -> str:
    watched = [topic for topic in subscriber.topics if topic in WATCHED]
    fine = [topic for topic in subscriber.topics if topic not in WATCHED]
    topics = [f"material changes to {' and '.join(watched)}"] if watched else []
    topics += [f"every change to {', '.join(fine)}"] if fine else []
    severity = "" if subscriber.severity == SEVERITIES[-1] else f" from severity {subscriber.severity} on"
    covered = len(_covered(subscriber, configuration))
    policies = "all policies" if not subscriber.policies else f"{', '.join(subscriber.policies)} ({covered} in all)"
    via = " and ".join(str(target) for target in subscriber.via)
    language = "" if subscriber.language == "en" else f", in the language {subscriber.language!r}"
    return f"{subscriber.name} hears of {' and '.join(topics)}{severity}, in {policies}, through {via}{language}"


def _covered(subscriber: Subscriber, configuration: Configuration) -> list[Policy]:
    asked = subscriber.policies
    return [
        policy
        for policy in configuration.policies
        if not asked or policy.name in asked or any(f"{TAG}{tag}" in asked for tag in policy.tags)
    ]


def warnings(configuration: Configuration) -> Iterator[str]:
    """Yield what is allowed but probably not meant, a sentence each, without secrets."""
    yield from _policy_warnings(configuration)
    yield from _audience_warnings(configuration)
    for tailoring in configuration.tailorings:
        if all(policy.profile != tailoring.name for policy in configuration.policies):
            yield f"profile {tailoring.name}: no policy uses it"
    if not configuration.crawl.contact:
        yield "crawl.contact is not set: a site's owner cannot reach you, and may block a stranger"
    if configuration.crawl.allow_private:
        opened = ", ".join(configuration.crawl.allow_private)
        yield f"crawl.allow_private opens {opened}: any page that is watched may lead the crawler there"
    path = configuration.env_file
    if path is not None and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        yield f"{path} holds secrets, and others on this machine may read it: chmod 600 {path}"
    if configuration.from_environment:
        names = ", ".join(configuration.from_environment)
        yield f"cron jobs do not have your environment: put {names} into the env_file"


def _policy_warnings(configuration: Configuration) -> Iterator[str]:
    if not configuration.policies:
        yield "no policy is configured: nothing will be watched"
    seen: dict[tuple[object, ...], str] = {}
    for policy in configuration.policies:
        parts = urlsplit(policy.url)
        if parts.scheme == "http":
            yield f"{policy.name}: http:// can be changed on its way; use https:// where the site has it"
        if _is_reserved(parts.hostname or ""):
            yield f"{policy.name}: {parts.hostname} is a name for examples; put the real address there"
        unknown = [language for language in policy.options.languages if lexicon(language) is None]
        if unknown:
            yield f"{policy.name}: there are no word lists for {', '.join(unknown)}: judged by structure alone"
        same = (policy.url, policy.options)
        if same in seen:
            yield f"{policy.name}: watches the same page as {seen[same]}"
        seen.setdefault(same, policy.name)


def _audience_warnings(configuration: Configuration) -> Iterator[str]:
    if not configuration.subscribers:
        yield "no subscriber is configured: changes will be recorded, and nobody will be told"
        return
    heard = {policy.name for subscriber in configuration.subscribers for policy in _covered(subscriber, configuration)}
    for subscriber in configuration.subscribers:
        if not _covered(subscriber, configuration):
            yield f"{subscriber.name} hears nothing: no policy is covered"
        for target in subscriber.via:
            if _is_reserved(target.recipient.rpartition("@")[2]):
                yield f"{subscriber.name}: {target.recipient} is an address for examples; put the real one there"
    for policy in configuration.policies:
        if policy.name not in heard:
            yield f"{policy.name}: nobody hears of its changes"
    used = {target.channel for subscriber in configuration.subscribers for target in subscriber.via}
    for channel in configuration.channels:
        if channel.name not in used:
            yield f"channel {channel.name}: no subscriber uses it"


def _is_reserved(host: str) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in _RESERVED)
