"""Writes the pictures in docs/desk.md with Chromium: `python -m tests.desk_pictures`."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from archive.storage.database import open_archive
from tests.clausewatch.desk.running import filled, opened
from tests.sources import PROJECT

PICTURES = {"desk-inbox": "/", "desk-change": "/changes/1"}
"""The name and the address of each picture."""


def write_pictures(folder: Path) -> None:
    """Write the pictures of a desk with a made-up history."""
    with TemporaryDirectory() as temporary, sync_playwright() as playwright:
        database = f"sqlite:///{temporary}/watch.db"
        open_archive(database).close()
        filled(database, {"Teahouse": 2, "Bakery": 1})
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        with opened(database, Path(temporary)) as desk:
            page = browser.new_page(viewport={"width": 900, "height": 620})
            secret = desk.session("reviewer").cookies["clausewatch"]
            page.context.add_cookies([{"name": "clausewatch", "value": secret, "url": desk.address}])
            for name, path in PICTURES.items():
                page.goto(desk.address + path)
                page.screenshot(path=folder / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    write_pictures(PROJECT / "docs" / "images")
