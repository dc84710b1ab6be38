"""Tests that the documentation site can be built without warnings, and that it loads nothing from other servers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.documents import DOCUMENTS
from tests.sources import PROJECT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does. A broken link causes a warning, and each warning counts as an error."""
    folder = tmp_path_factory.mktemp("site")
    options = ["--fail-on-warning", "--keep-going", "--quiet", "-c", "docs/site", "-d", str(folder / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, ".", str(folder / "site")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / "site").resolve()


def test_every_document_has_a_page_in_the_navigation(site: Path) -> None:
    first = BeautifulSoup((site / "docs/index.html").read_text(encoding="utf-8"), "lxml")
    links = [str(link["href"]).partition("#")[0] for link in first.select(".sidebar-tree a")]
    linked = {(site / "docs" / (link or "index.html")).resolve() for link in links} | {site / "docs/index.html"}
    pages = {(site / document.relative_to(PROJECT)).with_suffix(".html") for document in DOCUMENTS}
    assert pages <= linked
    assert all(page.is_file() for page in linked)


def test_pages_load_no_file_from_another_server(site: Path) -> None:
    pages = [*site.rglob("*.html")]
    assert len(pages) > 40
    for page in pages:
        tree = BeautifulSoup(page.read_text(encoding="utf-8"), "lxml")
        loaded = [str(tag.get("src", "")) for tag in tree.find_all(src=True)]
        loaded += [str(tag["href"]) for tag in tree.find_all("link", href=True)]
        assert [address for address in loaded if re.match(r"(?:https?:)?//", address)] == [], page.name
    for style in site.rglob("*.css"):
        text = style.read_text(encoding="utf-8")
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", text), style.name


def test_the_reference_has_the_functions_for_python(site: Path) -> None:
    text = BeautifulSoup((site / "docs/api.html").read_text(encoding="utf-8"), "lxml").get_text()
    assert all(f"clausewatch.{name}" in re.sub(r"\s", "", text) for name in ("read", "compare", "open_archive"))
    assert "Raises clausewatch.errors.ClausewatchError" in text
