"""Explains a configuration in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from archive.model import Policy
from clausewatch.config.model import Configuration, Stamping, Watchdog
from clausewatch.config.profiles import Tailoring
from clausewatch.config.quantities import duration_text, size_text
from differ.model import SEVERITIES, WATCHED
from notifier.audience.subscriptions import Subscriber, covers_policy
from notifier.audience.timing import DAYS


def summary(configuration: Configuration) -> Iterator[str]:
    """Yield lines that explain the settings of the configuration. The lines contain no secrets."""
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
        f"{crawl.delay:g} s between two requests to one host, or up to {crawl.max_wait:g} s if its Crawl-delay or "
        f"Retry-After asks for it{contact}"
    )


def _watchdog(watchdog: Watchdog) -> str:
    visits = "a visit" if watchdog.trouble_after == 1 else f"{watchdog.trouble_after} visits in a row"
    waiting = f"a critical alert that has waited for {duration_text(watchdog.critical_waiting)}"
    others = f"any other message that has waited for {duration_text(watchdog.waiting)}"
    sentence = f"operators are notified of a policy that {visits} could not read, of {waiting}, and of {others}"
    if watchdog.ping is None:
        return sentence
    return f"{sentence}; {urlsplit(watchdog.ping).hostname} is pinged after each run"


def _stamping(stamping: Stamping) -> str:
    often = f"at most once every {duration_text(stamping.every)}" if stamping.every else "after each run"
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
    if policy.owner:
        parts.append(f"owned by {policy.owner}")
    if policy.paused:
        parts.append("paused: not fetched")
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
    """Return a sentence that says what a subscriber is notified of, when, and through which channels."""
    heard = [*_asked(subscriber), *(["problems with the monitoring"] if subscriber.operator else [])]
    covered = len([policy for policy in policies if covers_policy(subscriber, policy.name, policy.tags)])
    where = "all policies" if not subscriber.policies else f"{', '.join(subscriber.policies)} ({covered} in all)"
    via = " and ".join(str(target) for target in subscriber.via)
    language = "" if subscriber.language == "en" else f", in the language {subscriber.language!r}"
    sentence = f"{subscriber.name} is notified of {' and of '.join(heard)}, in {where}, through {via}{language}"
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
        waits = "; alerts wait for it, except critical ones" if subscriber.alerts == "digest" else ""
        parts.append(f"{subscriber.digest.rhythm} digest {when}{waits}")
    if subscriber.quiet is not None:
        parts.append(f"quiet {subscriber.quiet} ({subscriber.timezone}), except for critical alerts")
    return parts
