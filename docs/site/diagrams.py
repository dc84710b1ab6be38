"""Draws the diagrams of the documents as SVG, in Chromium.

Run the script after a diagram changed. It needs a copy of Mermaid:

    npm pack mermaid@11 && tar xzf mermaid-*.tgz
    .venv/bin/python docs/site/diagrams.py package/dist/mermaid.min.js

The site shows the pictures, so a reader's browser loads no scripts for diagrams.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

SITE = Path(__file__).resolve().parent
PICTURES = SITE / "diagrams"
BLOCK = re.compile(r"^```mermaid\n(.*?)^```", re.MULTILINE | re.DOTALL)
DRAW = """async ([source, name]) => {
    mermaid.initialize({startOnLoad: false, theme: 'neutral', htmlLabels: false, flowchart: {htmlLabels: false}});
    return (await mermaid.render(name, source)).svg;
}"""


def main(mermaid: str) -> None:
    """Draw each diagram of the documents, and delete the pictures of diagrams that no longer exist."""
    texts = [path.read_text(encoding="utf-8") for path in SITE.parent.glob("*.md")]
    blocks = [block for text in texts for block in BLOCK.findall(text)]
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(path=mermaid)
        for block in blocks:
            name = hashlib.sha256(block.strip().encode()).hexdigest()[:16]
            # An id of a picture must begin with a letter.
            picture = page.evaluate(DRAW, [block, f"d{name}"])
            (PICTURES / f"{name}.svg").write_text(picture, encoding="utf-8")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
