"""Commands of `clausewatch import` that convert the watch lists of other tools to policies of a configuration."""

from __future__ import annotations

from pathlib import Path

import click

from clausewatch.imports.changedetection import from_changedetection
from clausewatch.imports.declarations import from_declarations
from clausewatch.imports.urlwatch import from_urlwatch
from clausewatch.imports.watch_lists import WatchList, toml


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def changedetection(file: Path) -> None:
    """Convert the watches in a changedetection.io FILE to policies of a configuration, and print the policies.

    FILE is url-watches.json or a backup (.zip) that contains it. A comment next to each policy lists the settings that
    cannot be converted.

    \b
    clausewatch import changedetection url-watches.json >> clausewatch.toml
    """
    _write(from_changedetection(file))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def urlwatch(file: Path) -> None:
    """Convert the jobs in an urlwatch or webchanges FILE (urls.yaml) to policies of a configuration, and print the
    policies.

    A comment next to each policy lists the settings that cannot be converted.

    \b
    clausewatch import urlwatch urls.yaml >> clausewatch.toml
    """
    _write(from_urlwatch(file))


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--types", multiple=True, metavar="TYPE", help='Only documents of this type, such as "Privacy Policy".')
def declarations(folder: Path, types: tuple[str, ...]) -> None:
    """Convert the declarations of Open Terms Archive in FOLDER to policies of a configuration, and print the policies.

    FOLDER contains a JSON file for each service. Selectors, ranges, combined documents and `executeClientScripts` are
    converted. Filters in JavaScript cannot be converted. A comment next to each policy lists the filters, and says what
    each probably does.

    \b
    clausewatch import declarations declarations --types "Privacy Policy" >> clausewatch.toml
    """
    _write(from_declarations(folder, types))


def _write(watches: WatchList) -> None:
    click.echo(toml(watches), nl=False)
    lost = sum(bool(entry.lost) for entry in watches.entries)
    click.echo(
        f"{len(watches.entries)} carried over, {lost} of them only in part; {len(watches.refused)} not carried over.",
        err=True,
    )
