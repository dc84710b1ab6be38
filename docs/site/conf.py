"""Configures Sphinx for the documentation site. `make docs` builds the site into build/site.

The source folder is the project itself. So a link between two documents works on the site and in the checkout.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from clausewatch import __version__

SITE = Path(__file__).resolve().parent

project = "Clausewatch"
author = "The authors of Clausewatch"
version = release = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]

root_doc = "docs/index"
include_patterns = ["*.md", "docs/*.md", "docs/decisions/*.md", "docs/tutorials/*.md", "examples/README.md"]
exclude_patterns = [".venv", "build", "dist"]

myst_heading_anchors = 4

default_role = "code"  # docstrings write code between single backticks
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"

html_theme = "furo"
html_title = f"Clausewatch {__version__}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
templates_path = ["templates"]
html_additional_pages = {"index": "first.html"}

nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other packages, and names without a page of their own

logger = logging.getLogger(__name__)


def show_diagrams(app: Sphinx, tree: nodes.document) -> None:
    """Replace each block of Mermaid by the picture that docs/site/diagrams.py made of the block."""
    for block in list(tree.findall(nodes.literal_block)):
        if block.get("language") != "mermaid":
            continue
        picture = diagram(block.astext())
        if not picture.is_file():
            logger.warning("a diagram changed: run docs/site/diagrams.py", location=block)
            continue
        svg = picture.read_text(encoding="utf-8")
        block.replace_self(nodes.raw("", f'<div class="diagram">{svg}</div>', format="html"))


def diagram(source: str) -> Path:
    """Return the path of the picture of a diagram. Its name depends on the diagram's source."""
    return SITE / "diagrams" / f"{hashlib.sha256(source.strip().encode()).hexdigest()[:16]}.svg"


def list_decisions(app: Sphinx, page: str, source: list[str]) -> None:
    """Put the decisions below their list in the navigation. In the checkout, the list needs no such block."""
    if page == "docs/decisions/README":
        source[0] += "\n```{toctree}\n:hidden:\n:glob:\n0*\n```\n"


def setup(app: Sphinx) -> None:
    """Register the hooks of this file."""
    app.connect("source-read", list_decisions)
    app.connect("doctree-read", show_diagrams)
