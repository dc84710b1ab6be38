"""A page's frames, objects, drawings and pictures are listed if they may contain words of the policy."""

from __future__ import annotations

import pytest

from document import read
from document.model import Page

TWELVE = "kami menyimpan nomor telepon anda selama tiga bulan setelah pesanan terakhir anda"


def elsewhere(body: str) -> list[tuple[str, str, str]]:
    text = f"<html lang=en><body><main><h1>Notice</h1><p>We keep your letters.</p>{body}</main></body></html>"
    return [(part.kind, part.address, part.words) for part in read(Page(text.encode(), "text/html")).elsewhere]


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("<iframe src='/parts/list.html?v=3'></iframe>", [("frame", "/parts/list.html", "")]),
        (f"<img src=/a.png alt='{TWELVE}'>", [("picture", "", TWELVE)]),
        (f"<object data=/a.pdf><p>{TWELVE}</p></object>", [("object", "/a.pdf", TWELVE)]),
        (f"<svg><text>{TWELVE}</text></svg>", [("drawing", "", TWELVE)]),
    ],
)
def test_parts_with_words_outside_the_page_are_listed(body: str, parts: list[tuple[str, str, str]]) -> None:
    assert elsewhere(body) == parts


@pytest.mark.parametrize(
    "body",
    [
        "<iframe src='/count' width=0 height=0></iframe>",
        "<iframe src='/count' style='display:none'></iframe>",
        "<img src=/logo.png alt='Our logo'>",
        "<svg><title>Close</title></svg>",
    ],
)
def test_counters_and_ornaments_are_not_listed(body: str) -> None:
    assert not elsewhere(body)


def test_left_out_prose_is_returned_with_its_reason() -> None:
    text = "<p>We keep the letters that you send to us, and we show them to nobody but the editor of the programme.</p>"
    foot = "<footer><a href=/>Home</a> We sell tea in Bandung.</footer>"
    page = Page(f"<html><body>{text}{foot}</body></html>".encode(), "text/html")
    (part,) = read(page).left_out_prose
    assert (part.why, part.text) == ("beside the text", "Home We sell tea in Bandung.")
