"""Writes a digest: the changes, the policies that could not be read, the checks, and the proof."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from differ.model import SEVERITIES, Severity
from notifier.audience.subscriptions import Language
from notifier.contents.change_notice import Alert, passages
from notifier.contents.digest import Account, Digest, Gap, Recap, Watch
from notifier.contents.policy_news import PolicyNews
from notifier.texts import chat, payload, wording
from notifier.texts.alert import FULL_PASSAGES, brief_passages, commands_of, desk_link, link, shown_passage
from notifier.texts.chat import Chat
from notifier.texts.message import Message, build_message
from notifier.texts.phrases import Phrases, phrases_for
from notifier.texts.rendering import Render, render
from notifier.texts.sanitize import clipped, inert

MOST_NEWS = 20
"""Maximum number of changes to the list of policies that a digest names. The remaining changes are only counted."""

MOST_WATCHES = 60
"""Maximum number of policies without a trouble that a digest shows with their checks. The remaining policies are only
counted. Policies with a trouble are always shown."""

MOST_CLAUSES = 8
"""Maximum number of clauses of one policy that a digest lists in addition to the clauses that are shown in full. The
remaining clauses are only counted, unless they are critical or high.
"""

QUOTED = 20
"""Maximum number of clauses of one change that are shown in brief with their words before and after."""

TROUBLE = 300
"""Maximum length, in code points, of the reason why a policy could not be read."""


def digest_message(
    digest: Digest, language: Language = "en", render: Render = render, *, zone: str = "UTC", desk: str = ""
) -> Message:
    """Write the message for a digest in a language. `render` fills the templates. `desk` is the public address of the
    desk, or "" if people cannot reach a desk."""
    tongue = phrases_for(language, zone)
    shown = _facts(digest, tongue) | {"notices": _notices(digest, tongue, desk)}
    return build_message(
        "digest",
        shown,
        render,
        names=["digest", digest.subscriber, digest.key],
        chat=_chat(digest, shown, tongue),
        facts=payload.digest_facts(digest),
    )


def _facts(digest: Digest, tongue: Phrases) -> dict[str, Any]:
    """Return the values for the templates. All texts have been cleaned with `inert`."""
    account = digest.account
    changed = _changed(digest)
    count = len(changed)
    policies = tongue.count("watching.policies", len(account.watches))
    # A policy without a visit was perhaps not due. If a visit failed, the reason is known.
    unread = [watch for watch in account.watches if watch.trouble]
    read = [watch for watch in account.watches if not watch.trouble]
    read.sort(key=lambda watch: bool(watch.checks))  # a reader must see first which policies were not visited
    missing = _missing(account, tongue)
    shown = [watch for place, watch in enumerate(read) if place < MOST_WATCHES or watch.odd]
    return {
        "say": tongue.say,
        "language": tongue.language,
        "subject": _subject(digest, policies, tongue, count=count, missing=missing),
        "headline": _headline(changed, account, tongue),
        "quiet": not count,
        "looked": _looked(digest, policies, missing, tongue),
        "period": tongue.say("digest.period", since=tongue.moment(account.since), until=tongue.moment(account.until)),
        "behind": tongue.count("digest.behind", account.messages_behind) if account.messages_behind else "",
        "checks": account.checks,
        "overdue": list(_overdue_lines(account, tongue)),
        "news": [_news_line(news, tongue) for news in account.news[:MOST_NEWS]],
        "more_news": tongue.count("news.more", len(account.news) - MOST_NEWS) if account.news[MOST_NEWS:] else "",
        "recaps": [_recap(digest, recap, tongue) for recap in digest.recaps],
        "older": tongue.count("digest.older", account.changes_left_out) if account.changes_left_out else "",
        "unread": [_unread(watch, tongue) for watch in unread],
        "watches": [{"line": _watch(watch, tongue), "odd": _odd_lines(watch, tongue)} for watch in shown],
        "more": tongue.count("watching.more", len(read) - len(shown)) if len(read) > len(shown) else "",
        "head": account.head,
        "subscriber": inert(digest.subscriber),
    }


def _changed(digest: Digest) -> list[str]:
    """Return the policies with a change for the subscriber. A change may be older than the period if its alerts were
    held back until now.
    """
    names = [recap.policy for recap in digest.recaps if recap.matters]
    return list(dict.fromkeys([*names, *(notice.policy for notice in digest.notices)]))


def _missing(account: Account, tongue: Phrases) -> list[str]:
    """Count the policies that no visit read in the period: those with a trouble, and those without a visit."""
    unread = sum(bool(watch.trouble) for watch in account.watches)
    unvisited = sum(not watch.trouble and not watch.checks for watch in account.watches)
    return [
        *([tongue.count("watching.unread", unread)] if unread else []),
        *([tongue.count("watching.unvisited", unvisited)] if unvisited and account.checks else []),
    ]


def _headline(policies: Sequence[str], account: Account, tongue: Phrases) -> str:
    if policies:
        return tongue.count("digest.headline", len(policies), names=_few(policies, tongue))
    odd = [watch.policy for watch in account.watches if watch.shows_odd_text]
    return tongue.say(f"digest.headline.{_quiet(account)}", names=_few(odd, tongue))


def _few(policies: Sequence[str], tongue: Phrases) -> str:
    names = [inert(policy) for policy in policies]
    return tongue.listed(names) if len(names) < 4 else tongue.say("list.more", first=names[0], last=names[1])


def _quiet(account: Account) -> str:
    """Return the key for a period without a change. If no policy was visited, or if a very different text was seen, the
    digest must not say that nothing changed.
    """
    if not account.checks:
        return "unchecked"
    return "odd" if any(watch.shows_odd_text for watch in account.watches) else "none"


def _subject(digest: Digest, policies: str, tongue: Phrases, *, count: int, missing: Sequence[str]) -> str:
    rhythm = tongue.name("rhythm", digest.account.rhythm or "other")
    key = {0: _quiet(digest.account), 1: "one"}.get(count, "many")
    day = tongue.day_of(digest.account.until)
    subject = tongue.say(f"digest.subject.{key}", rhythm=rhythm, day=day, count=count, policies=policies)
    for counted in missing:
        subject = tongue.say("digest.subject.unread", subject=subject, unread=counted)
    return subject


def _looked(digest: Digest, policies: str, missing: Sequence[str], tongue: Phrases) -> str:
    """Say how much was checked. This is the purpose of a digest without changes."""
    if not digest.account.checks:
        return tongue.say("digest.unchecked")
    versions = sum(dict(watch.outcomes).get("changed", 0) for watch in digest.account.watches)
    looked = tongue.say(
        "digest.looked" if versions else "digest.looked_quiet",
        checks=tongue.count("watching.checks", digest.account.checks),
        policies=policies,
        versions=tongue.count("digest.versions", versions),
    )
    return f"{'; '.join([looked, *missing])}."


def _notices(digest: Digest, tongue: Phrases, desk: str) -> list[dict[str, Any]]:
    """Return the alerts that no earlier digest listed. A digest shows at most `FULL_PASSAGES` clauses in full, like a
    single alert. Any further critical or high clauses are shown in brief.
    """
    shown, left = [], FULL_PASSAGES
    for notice in digest.notices:
        gathered = passages(notice.alerts)
        full = [shown_passage(passage, number, tongue) for number, passage in enumerate(gathered[:left], start=1)]
        left -= len(full)
        brief, rest = brief_passages(gathered[len(full) :], tongue, most=0, quoted=QUOTED)
        before = notice.later.seen_at < digest.account.since
        shown.append(
            {
                "headline": wording.headline(notice, gathered, tongue),
                "seen": f"{tongue.say('seen.label')}: {wording.seen(notice, tongue)}",
                "advice": wording.advice(notice, gathered, tongue),
                "notes": [*([tongue.say("digest.before")] if before else []), *wording.notes(notice, gathered, tongue)],
                "passages": full,
                "brief": brief,
                "rest": rest,
                "command": desk_link(notice, desk) or commands_of(notice)[0],
            }
        )
    return shown


def _recap(digest: Digest, recap: Recap, tongue: Phrases) -> dict[str, Any]:
    """Return a recap for the templates. Its findings are left out if a clause above shows them in full."""
    shown = digest.is_shown(recap)
    gathered = passages(Alert("", finding) for finding in recap.findings)
    lines, more = brief_passages(() if shown else gathered, tongue, most=MOST_CLAUSES, quoted=QUOTED)
    policy, first, last = inert(recap.policy), recap.earlier.number, recap.later.number
    versions, since = tongue.count("digest.versions", recap.versions), tongue.moment(recap.later.seen_at)
    key = "change" if recap.versions == 1 else "changes_between"
    return {
        "change": tongue.say(f"digest.{key}", policy=policy, versions=versions, first=first, number=last, since=since),
        "said": "; ".join(filter(None, _accounts(digest, recap, tongue))) or _found(recap, tongue),
        "notes": [] if shown else _recap_notes(recap, tongue),
        "findings": lines,
        "more": more,
        "matters": recap.matters,
        "url": link(recap.url),
        "address": inert(recap.url),
        "command": f"clausewatch diff {shlex.quote(policy)} {first} {last}",
    }


def _recap_notes(recap: Recap, tongue: Phrases) -> list[str]:
    """Name the texts in between, new dates that were still to come, and the edits of an unknown topic."""
    future = wording.future_notes(recap.earlier, recap.later, tongue)
    return [*wording.interim_notes(recap.interims, tongue), *future, *wording.unsorted_notes(recap.unsorted, tongue)]


def _found(recap: Recap, tongue: Phrases) -> str:
    """Say how many findings are listed below."""
    return tongue.count("digest.found", len(recap.findings)) if recap.findings else tongue.say("digest.nothing")


def _accounts(digest: Digest, recap: Recap, tongue: Phrases) -> Iterator[str]:
    """Yield further sentences about a change, besides its findings. A sentence is "" if it does not apply."""
    topics = [tongue.say("digest.count", topic=tongue.name("topic", topic), count=n) for topic, n in recap.topics]
    yield tongue.say("digest.undone") if recap.undone else ""
    yield tongue.say("digest.above") if digest.is_shown(recap) else ""
    yield tongue.count("digest.told", recap.told) if recap.told else ""
    yield tongue.count("digest.waiting", recap.waiting) if recap.waiting else ""
    yield tongue.say("digest.held") if digest.is_held(recap) else ""
    yield tongue.say("digest.quiet", topics=tongue.listed(topics)) if topics else ""
    yield tongue.count("digest.dismissed", recap.dismissed) if recap.dismissed else ""
    yield tongue.count("digest.suppressed", recap.suppressed) if recap.suppressed else ""


def _unread(watch: Watch, tongue: Phrases) -> str:
    trouble = clipped(wording.trouble(watch.trouble, watch.reason, tongue), TROUBLE)
    if watch.trouble_since is None:
        line = f"{inert(watch.policy)}: {trouble}"
    else:
        since = tongue.moment(watch.trouble_since)
        line = tongue.say("digest.unread_since", policy=inert(watch.policy), moment=since, trouble=trouble)
    if watch.gaps:
        line = "; ".join([line.removesuffix("."), *(_gap(gap, tongue) for gap in watch.gaps)])
    return " ".join([f"{line.removesuffix('.')}.", *_odd_lines(watch, tongue)]) if watch.odd else line


def _watch(watch: Watch, tongue: Phrases) -> str:
    without = "digest.unvisited_due" if watch.due else "digest.unvisited"
    visits = _visits(watch, tongue) if watch.checks else tongue.say(without, policy=inert(watch.policy))
    known = tongue.say("digest.paused", visits=visits) if watch.health == "paused" else visits
    return "; ".join([known, *(_gap(gap, tongue) for gap in watch.gaps)])


def _odd_lines(watch: Watch, tongue: Phrases) -> list[str]:
    """Say what happened to each odd text, and that the reader need not do anything."""
    lines = []
    for odd in watch.odd:
        key = "digest.odd_vanished" if odd.vanished else "digest.odd_confirmed" if odd.version else "digest.odd_waits"
        lines.append(tongue.say(key, moment=tongue.moment(odd.seen_at), number=odd.version))
    return lines


def _gap(gap: Gap, tongue: Phrases) -> str:
    """Say for how many whole days no visit found a policy."""
    key = "digest.gap" if gap.ended else "digest.gap_still"
    return tongue.count(key, gap.days, since=tongue.moment(gap.since), until=tongue.moment(gap.until))


def _visits(watch: Watch, tongue: Phrases) -> str:
    outcomes = ", ".join(
        tongue.say(f"outcome.{outcome.replace(' ', '_')}", count=count) for outcome, count in watch.outcomes
    )
    checks = tongue.count("watching.checks", watch.checks)
    return tongue.say("digest.watch", policy=inert(watch.policy), checks=checks, outcomes=outcomes)


def _overdue_lines(account: Account, tongue: Phrases) -> Iterator[str]:
    for review in account.overdue:
        line = tongue.count(
            "overdue.line",
            review.findings,
            policy=inert(review.policy),
            version=review.version,
            severity=tongue.name("severity", review.severity),
            day=tongue.day_of(review.due_at),
        )
        yield tongue.say("overdue.assigned", line=line, name=inert(review.assigned)) if review.assigned else line
    if account.overdue_left_out:
        yield tongue.count("overdue.more", account.overdue_left_out)


def _news_line(news: PolicyNews, tongue: Phrases) -> str:
    """Return a change to the list of policies as a line of a digest."""
    event = wording.event_words(news.event, news.former, tongue)
    return tongue.say("news.line", policy=inert(news.policy), event=event, day=tongue.day_of(news.at))


def _chat(digest: Digest, shown: dict[str, Any], tongue: Phrases) -> Chat:
    gathered = [passage for notice in digest.notices for passage in passages(notice.alerts)]
    clauses = zip([passage.severity for passage in gathered], chat.clause_parts(gathered, tongue), strict=True)
    written = zip(digest.recaps, shown["recaps"], strict=True)
    recaps = [(_severity(recap), _in_chat(words)) for recap, words in written if recap.matters]
    parts = sorted([*recaps, *clauses], key=lambda part: SEVERITIES.index(part[0]) if part[0] else len(SEVERITIES))
    head = tongue.say("watching.head")
    return Chat(
        head="\n".join([shown["headline"], shown["looked"], shown["period"]]),
        notes=(
            *filter(None, [shown["behind"]]),
            *shown["unread"],
            *_titled(shown["overdue"], tongue.say("overdue.title")),
            *shown["news"],
            *filter(None, [shown["more_news"]]),
        ),
        parts=tuple(text for _, text in parts),
        severities=tuple(severity for severity, _ in parts),
        foot=("clausewatch history", f"{head} {digest.account.head}"),
        language=tongue.language,
        counted="digest.clauses",
    )


def _severity(recap: Recap) -> Severity | None:
    """Return the severity of the worst finding that a recap lists, or None if it lists no findings."""
    return recap.findings[0].severity if recap.findings else None


def _titled(lines: Sequence[str], title: str) -> list[str]:
    return [f"{title}:", *lines] if lines else []


def _in_chat(recap: dict[str, Any]) -> str:
    lines = [f"{line['severity']} | {line['section']}: {line['reason']}" for line in recap["findings"]]
    return "\n".join([f"{recap['change']}: {recap['said']}", *recap["notes"], *lines, *filter(None, [recap["more"]])])
