"""Tests that the project has only allowed imports: between its packages, between the rooms of a package, and from some
libraries.

A room is a folder or a file directly in a package.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import PROJECT, imported

BELOW = {
    "languages": set(),
    "document": {"languages"},
    "differ": {"languages", "document"},
    "archive": {"languages", "document", "differ"},
    "notifier": {"languages", "document", "differ", "archive"},
    "crawler": {"languages", "document", "differ", "archive"},
    "clausewatch": {"languages", "document", "differ", "archive", "notifier", "crawler"},
}
"""The other packages that a package may import."""

ROOMS = {
    "archive": (
        "idle model errors masking row_numbers < permissions flapping < storage < access reviewing search < recording "
        "< questions evidence < upkeep < migrations"
    ),
    "languages": "",
    "document": (
        "model < text < formats html structure < reading screening identity serialization canonical "
        "< sameness discovery"
    ),
    "differ": "quotation < remainder < explanation < model < rewrite language < matching < judgement < visits",
    "notifier": "audience < contents < texts < channels < outbox < sending",
    "crawler": "model signals pace crawl_settings < network < middlewares settings < visits < discovery < spiders",
    "clausewatch": (
        "errors < config < explanation inspection < api output "
        "< exports imports operation demo < desk editing < cli < __main__"
    ),
}
"""The rooms of each package, from the lowest to the highest. Each `<` separates a level from the next higher level. A
room may import from itself and from the rooms of lower levels.
"""

ONLY = {
    "scrapy": {"crawler"},
    "sqlalchemy": {"archive", "notifier/outbox"},
    "apprise": {"notifier/channels"},
    "fastapi": {"clausewatch/desk"},
    "starlette": {"clausewatch/desk"},
    "uvicorn": {"clausewatch/desk"},
}
"""The folders or modules that may import a library, by library."""

FULLEST = 15
"""Maximum number of Python files in a folder. Two folders are excluded: `cli/` has a file for each command, and
`migrations/versions/` a file for each migration.
"""

SOURCES = sorted(path for package in BELOW for path in (PROJECT / package).rglob("*.py"))

WITHIN = [path for path in SOURCES if path.parent.parent != PROJECT or path.name != "__init__.py"]
"""All files except the `__init__.py` of each package. That file may import from all rooms of its package."""


def room_of(name: str) -> str:
    """Return the room of a dotted name.

    It is the second part of the name, if that is a folder or a file of the package.
    """
    package, _, rest = name.partition(".")
    room = rest.partition(".")[0]
    place = PROJECT / package / room
    return room if room and (place.is_dir() or place.with_suffix(".py").is_file()) else "__init__"


def heights(package: str) -> dict[str, int]:
    """Return the level of each room in a package. The lowest level is 0."""
    levels = enumerate(ROOMS[package].split("<"))
    return {room: height for height, rooms in levels for room in rooms.split()}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PROJECT)))
def test_packages_import_only_from_lower_packages(source: Path) -> None:
    place = source.relative_to(PROJECT).as_posix()
    package = place.partition("/")[0]
    names = {name.partition(".")[0] for name in imported(source)}
    assert not (names & BELOW.keys()) - BELOW[package] - {package}
    for library, importers in ONLY.items():
        allowed = any(place.startswith((f"{importer}/", f"{importer}.")) for importer in importers)
        assert library not in names or allowed, f"{place} imports {library}"


@pytest.mark.parametrize("source", WITHIN, ids=lambda path: str(path.relative_to(PROJECT)))
def test_rooms_import_only_from_lower_rooms(source: Path) -> None:
    package, *rest = source.relative_to(PROJECT).with_suffix("").parts
    height = heights(package)
    others = {room_of(name) for name in imported(source) if name.partition(".")[0] == package} - {rest[0], "__init__"}
    too_high = {room for room in others if height[room] >= height[rest[0]]}
    assert not too_high, f"{source.relative_to(PROJECT)} imports {too_high}"


def test_every_package_is_examined() -> None:
    assert {source.relative_to(PROJECT).parts[0] for source in SOURCES} == set(BELOW)


@pytest.mark.parametrize("package", BELOW)
def test_every_room_is_listed(package: str) -> None:
    entries = [
        path for path in (PROJECT / package).iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    ]
    assert {path.stem for path in entries} - {"__init__"} == set(heights(package))


def test_no_folder_has_too_many_files() -> None:
    folders = {source.parent for source in SOURCES} - {
        PROJECT / "clausewatch/cli",
        PROJECT / "archive/migrations/versions",
    }
    full = {str(folder): len(list(folder.glob("*.py"))) for folder in folders}
    # `__init__.py` does not count, because it only describes the folder.
    assert not {folder: files for folder, files in full.items() if files - 1 > FULLEST}, "move modules into a subfolder"


@pytest.mark.parametrize("command", ["run", "status"])
def test_commands_that_often_have_nothing_to_do_import_little(command: str) -> None:
    """So an idle run and `status --check` take about as long as `--help`, whatever libraries the other modules
    import.
    """
    heavy = "['sqlalchemy', 'scrapy', 'pydantic', 'bs4', 'lxml', 'jinja2', 'apprise', 'requests', 'archive.model']"
    program = f"import sys, clausewatch.cli.{command}; print(*[name for name in {heavy} if name in sys.modules])"
    assert output_of(program) == ""


def test_commands_that_only_read_the_archive_import_no_judge_and_no_reader_of_pages() -> None:
    commands = "clausewatch.cli.history, clausewatch.cli.search, clausewatch.cli.status_report, clausewatch.cli.verify"
    heavy = (
        "['apprise', 'archive.recording.recorder', 'bs4', 'differ.visits.assessment', 'differ.visits.comparing', "
        "'document.reading', 'document.screening', 'jinja2', 'lxml', 'requests', 'scrapy']"
    )
    program = f"import sys, clausewatch.config.loading, {commands}"
    assert output_of(f"{program}; print(*[name for name in {heavy} if name in sys.modules])") == ""


def output_of(program: str) -> str:
    """Run a program in a new interpreter, and return its output."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT)
    return done.stdout.strip()
