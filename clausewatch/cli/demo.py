"""`clausewatch demo`: shows all of Clausewatch in a few seconds, without any other machine."""

from __future__ import annotations

import shlex
import sys
import textwrap
from collections import Counter
from dataclasses import replace
from pathlib import Path

import click

from archive.model import Change
from clausewatch.cli.desk import missing_packages, require_extra
from clausewatch.cli.serve import open_desk
from clausewatch.config import load
from clausewatch.demo.mailbox import DemoMailbox
from clausewatch.demo.outcome import Observation, SentMail, keep_alerts, observe
from clausewatch.demo.site import DemoSite
from clausewatch.demo.tour import JAKARTA, READER, configure, crawl, prepare
from clausewatch.explanation.crontab import installed_command
from differ.model import Finding
from notifier.texts.phrases import phrases_for
from notifier.texts.redline import Side, after, before

WIDTH = 100
"""Maximum width of the demo's text in columns."""

SEVERITY_COLOURS = {"critical": "red", "high": "red", "medium": "yellow", "low": "blue"}


@click.command()
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the files: new, empty, or from an earlier demo. Default: a new temporary folder.",
)
@click.option(
    "--desk/--no-desk",
    default=None,
    help="Open the desk at the end, or do not.  [default: open it if the output is a terminal]",
)
def demo(output: Path | None, desk: bool | None) -> None:
    """Watch four fictional companies change their privacy policies.

    A small web server on this machine serves the policies. Clausewatch visits the policies. Then the companies change
    their policies, and Clausewatch visits them again. It sends its alerts to a small mail server on this machine.
    Nothing else is contacted, and nothing is installed.

    You can look at the results in a folder: the e-mails, a page with the marked edits for each material change, the
    configuration, and the archive. At the end, the desk shows them in a browser, until you stop it.
    """
    if desk:
        require_extra()
    folder = prepare(output)
    _introduce(folder)
    with DemoSite() as site, DemoMailbox() as mailbox:
        configuration = configure(folder, site, mailbox)
        _step(1, "First visit: every policy is read and kept. There is nothing to compare with, so nobody is alerted.")
        _visit(configuration)
        site.edition = 2
        _step(2, "All pages change. Second visit: did their statements on sharing or rights really change?")
        _visit(configuration)
        observations = observe(configuration)
        alerts = keep_alerts(mailbox.messages, folder)
    for observation in observations:
        _show(observation)
    _step(3, f"Alerts went to {READER}, and {JAKARTA} in Indonesian; {_counted(len(alerts), 'e-mail')}.")
    _show_files(observations, alerts)
    _say_what_next(configuration, observations)
    if desk or (desk is None and sys.stdout.isatty() and not missing_packages()):
        _open_desk(configuration)


def _open_desk(path: Path) -> None:
    """Open the desk at a free port, so that the demo also works beside another desk."""
    configuration = load(path)
    click.echo("\nThe desk shows all of this in a browser, and takes your reviews:")
    open_desk(replace(configuration, desk=replace(configuration.desk, port=0)))


def _introduce(folder: Path) -> None:
    _say("Clausewatch demo: four fictional companies change their privacy policies while we watch.")
    _say(f"Everything stays on this machine; the files go to {folder}")


def _visit(configuration: Path) -> None:
    """Run `clausewatch run`. Print the command and its output as they would look in a terminal."""
    click.echo("   $ clausewatch run --all")
    click.echo(f"   {crawl(configuration)}")


def _show(observation: Observation) -> None:
    """Show the judgement of one policy in one line, and its material findings under it."""
    change = observation.changed.change if observation.changed else None
    click.echo(f"\n   {click.style(f'{observation.policy:<24}', bold=True)} {_verdict(observation, change)}")
    for recorded in change.findings if change else ():
        if recorded.finding.material:
            _show_finding(recorded.finding)


def _verdict(observation: Observation, change: Change | None) -> str:
    if observation.outcome == "unchanged":
        return "unchanged: only the page around the policy is different"
    if change is None:
        return str(observation.outcome or "not visited")
    if change.material:
        label = click.style("MATERIAL", fg=SEVERITY_COLOURS[change.severity or "low"], bold=True)
        return f"{label} ({change.severity}){': ' if change.topics else ''}{' and '.join(change.topics)}"
    reasons = Counter(recorded.suppression.reason for recorded in change.suppressed)
    reasons.update(phrases_for("en").name("topic", recorded.finding.topic) for recorded in change.findings)
    return f"changed, nothing material{': ' if reasons else ''}{', '.join(reasons)}"


def _show_finding(finding: Finding) -> None:
    click.echo()
    _say(f"Section  {finding.section}", indent=6)
    _say(f"Why      {finding.reason}", indent=6)
    for label, side, marks in (("Before", before(finding), "[-|-]"), ("After", after(finding), "{+|+}")):
        if side is not None:
            _say(f"{label:<8} {_marked(side, marks)}", indent=6)


def _marked(side: Side, marks: str) -> str:
    opening, closing = marks.split("|")
    parts = []
    for run in side.runs:
        words = run.text.strip()
        parts.append(run.text.replace(words, f"{opening}{words}{closing}", 1) if run.marked and words else run.text)
    return "".join(parts)


def _show_files(observations: tuple[Observation, ...], alerts: tuple[SentMail, ...]) -> None:
    for alert in alerts:
        click.echo(f"\n   {alert.subject}")
        if alert.page is not None:
            click.echo(f"      in a browser        {alert.page}")
        click.echo(f"      in a mail program   {alert.mail}")
    click.echo("\n   The whole text with every change marked:")
    for observation in observations:
        if observation.redline is not None:
            click.echo(f"      {observation.policy:<24} {observation.redline}")


def _say_what_next(configuration: Path, observations: tuple[Observation, ...]) -> None:
    clausewatch = shlex.join(installed_command())  # the full path, because `make demo` does not add it to the PATH
    command = f"{clausewatch} --config {shlex.quote(str(configuration))}"
    click.echo("\nThe demo's site is closed: links to it lead nowhere. You can still query the archive:")
    click.echo(f"   {command} history")
    for observation in observations:
        if observation.redline is not None:
            click.echo(f"   {command} diff {shlex.quote(observation.policy)} 1 2")
            break
    if not missing_packages():
        click.echo(
            "\nThe desk shows the archive in a browser, and takes reviews. This prints a link that signs you in:"
        )
        click.echo(f"   {command} serve")
    click.echo("\nNext, watch policies of your own. This writes a commented clausewatch.toml to begin with:")
    click.echo(f"   {clausewatch} init")


def _step(number: int, text: str) -> None:
    click.echo(f"\n{click.style(f'{number}. {text}', bold=True)}")


def _say(text: str, indent: int = 0) -> None:
    """Print a paragraph.

    If the paragraph begins with a label, such as "Before", its further lines are aligned with the text after the label.
    """
    hanging = " " * (indent + 9 if indent == 6 else indent)
    click.echo(textwrap.fill(text, WIDTH, initial_indent=" " * indent, subsequent_indent=hanging))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
