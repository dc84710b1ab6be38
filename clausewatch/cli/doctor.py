"""`clausewatch doctor`: fetches a page, and shows which parts are kept, which are left out, and why."""

from __future__ import annotations

from collections.abc import Iterator

import click

from archive.model import VisitResult
from clausewatch.cli.completion import policy_names
from clausewatch.cli.context import CommandContext, pass_context
from clausewatch.cli.formats import FORMATS
from clausewatch.config.browsers import require_browser
from clausewatch.errors import ExitCode, UnconfiguredPolicyError
from clausewatch.inspection.doctor import Diagnosis, diagnose
from clausewatch.inspection.page_examination import Examined
from clausewatch.output.json_rows import as_json, diagnosis_row
from clausewatch.output.json_rows.judgements import browser_of, unsettled_after
from clausewatch.output.terminal import wrapped
from crawler.model import RobotsResult
from differ.visits.assessment import Assessment
from differ.visits.left_out import LeftOutProse
from document.model import Elsewhere


@click.command()
@click.argument("policy", shell_complete=policy_names)
@click.option("--format", "form", type=FORMATS, default="text", show_default=True)
@click.pass_context
@pass_context
def doctor(context: CommandContext, ctx: click.Context, policy: str, form: str) -> None:
    """Fetch POLICY, and show which parts of the page are kept, which are left out, and why.

    The page is fetched twice, each time as a run would fetch it. Nothing is recorded. The exit code is 1 if the page is
    not recognised as the policy, if the configured `select` matches nothing, or if the two fetches give different
    texts.
    """
    configuration = context.configuration()
    policies = {configured.name: configured for configured in configuration.policies}
    if policy not in policies:
        raise UnconfiguredPolicyError(policy, policies)
    require_browser(configuration)
    with context.archive() as archive:
        diagnosis = diagnose(archive, configuration, policies[policy])
    if form == "json":
        click.echo(as_json(diagnosis_row(diagnosis)))
    else:
        click.echo("\n".join(_lines(diagnosis)))
    ctx.exit(ExitCode.FINE if diagnosis.well else ExitCode.TROUBLE)


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    yield from wrapped(f"{diagnosis.policy.name}: {' and '.join(diagnosis.policy.urls)}")
    for robots in dict.fromkeys(diagnosis.robots):
        yield from _labelled("robots.txt", _robots(robots))
    for number, visited in enumerate(diagnosis.visits, 1):
        yield from _labelled(f"Fetch {number}", _fetch(visited))
    if diagnosis.limit:
        yield from _labelled("Reading", f"ended by {diagnosis.limit}; a run records the response as not comparable")
    if diagnosis.examined is not None:
        yield from _page(diagnosis, diagnosis.examined)
    yield ""
    yield "All is well." if diagnosis.well else "Something needs attention: see above."


def _labelled(what: str, text: str) -> list[str]:
    return wrapped(f"{what:<12} {text}", hanging=" " * 13)


def _robots(robots: RobotsResult) -> str:
    if robots.status is None:
        return f"{robots.origin}: unavailable"
    if robots.delay is None:
        return f"{robots.origin}: answers {robots.status}, so nothing may be fetched"
    stated = "no Crawl-delay" if robots.crawl_delay is None else f"Crawl-delay {robots.crawl_delay:g} s"
    return f"{robots.origin}: answers {robots.status}, {stated}; {robots.delay:g} s between two requests"


def _fetch(visited: VisitResult) -> str:
    fetch = visited.fetch
    if fetch.error:
        return f"no complete response ({fetch.error_kind}): {fetch.error}"
    seconds = "" if visited.seconds is None else f" in {visited.seconds:.2f} s"
    browser = browser_of(visited)
    built = "" if browser is None else f", as {browser} built it"
    if after := unsettled_after(visited):
        built += f" ({after} later its text still changed)"
    pages = "; ".join(f"{page.status} from {page.final_url}, {len(page.body)} bytes" for page in fetch.pages)
    return f"{pages}{seconds}{built}"


def _page(diagnosis: Diagnosis, page: Examined) -> Iterator[str]:
    yield from _labelled("A policy?", "yes" if page.refused is None else f"no: {': '.join(page.refused)}")
    yield from _labelled("Read by", _how(diagnosis, page))
    yield from _labelled("Languages", ", ".join(page.document.languages) or "none recognised")
    dates = "; ".join(f"{date.kind} {date.day.isoformat()} ({date.text!r})" for date in page.document.dates)
    yield from _labelled("Dates stated", dates or "none")
    for address, named in page.elsewhere:
        yield from _labelled(
            "Canonical", f"{address} gives {named} as its canonical address: if the policy is there, watch that address"
        )
    yield from _labelled("Left out", _left_out(page.left_out))
    for sentence in page.left_out.watched:
        yield from wrapped(f"{sentence.text} ({sentence.why})", indent=" " * 13, hanging=" " * 15)
    for part in page.held_elsewhere:
        yield from _labelled("Elsewhere", _elsewhere(part))
    yield from _labelled("Same twice?", _steady(page))
    for first, second in page.differences:
        yield from wrapped(f"- {first}", indent=" " * 13, hanging=" " * 15)
        yield from wrapped(f"+ {second}", indent=" " * 13, hanging=" " * 15)
    yield from _labelled("Next run", _next_run(diagnosis, page.assessment))
    yield ""
    yield f"Kept: {page.words} words in {len(page.outline)} sections"
    for section in page.outline:
        title = section.title or "(before the first heading)"
        yield from wrapped(f"{section.words:>6}  {'  ' * max(section.level - 1, 0)}{title}", hanging=" " * 8)
    yield ""
    yield f"Dropped: {sum(times for _, times in page.dropped)} parts"
    for what, times in page.dropped:
        yield from wrapped(f"{times:>6}  {what}", hanging=" " * 8)


def _how(diagnosis: Diagnosis, page: Examined) -> str:
    if not diagnosis.policy.options.select:
        return "the generic extraction; no `select` is configured"
    if page.fallback:
        return "the generic extraction, because the configured `select` matches nothing: correct it"
    return "the configured `select`, which matches"


def _left_out(prose: LeftOutProse) -> str:
    amount = f"{prose.words} words of prose, {prose.share:.0%} of the page's"
    if prose.is_much:
        amount += ": that is much. If it belongs to the policy, add its part to `select`; else add it to `remove`"
    return f"{amount}; on sharing or rights:" if prose.watched else amount


def _elsewhere(part: Elsewhere) -> str:
    where = f" at {part.address}" if part.address else ""
    if not part.words:
        return f"a {part.kind}{where}, which is not read: if the policy is in it, watch that address"
    return f"a {part.kind}{where} has {len(part.words.split())} words that are not read: {part.words[:120]}"


def _steady(page: Examined) -> str:
    if page.steady is None:
        return "unknown: only one response was complete"
    return "yes, both fetches give the same text" if page.steady else "no: these words differ (first fetch -, second +)"


def _next_run(diagnosis: Diagnosis, assessment: Assessment) -> str:
    if assessment.outcome == "not comparable":
        return f"not comparable ({assessment.reason}): {assessment.detail}"
    if diagnosis.latest is None:
        return "changed: a run would record the first version and send no alert"
    if assessment.outcome == "pending":
        return f"pending: a run would wait for a second look: {assessment.detail}"
    if assessment.outcome == "unchanged":
        return f"unchanged: the text is the same as in version {diagnosis.latest}"
    comparison = assessment.comparison
    if comparison is None:
        return f"changed after version {diagnosis.latest}, not judged, because it is extracted differently now"
    weight = f"material ({comparison.severity})" if comparison.material else "not material"
    return f"{assessment.outcome} after version {diagnosis.latest}: {len(comparison.findings)} findings, {weight}"
