"""Tests noise on the page of a policy: masked addresses, menus, and a policy that returns after a different page was
shown."""

from __future__ import annotations

import pytest

from differ.model import Comparison
from differ.visits.assessment import LatestVersion, Visit, assess
from document import read
from document.model import ExtractionOptions, Page
from tests.differ.visits.test_completeness import ENGLISH, INDONESIAN

SHOP = ("Hats", "Coats", "Garden chairs", "Lamps", "Teapots", "Umbrellas", "Rain boots", "Gift cards", "Sale")


def compared(before: str, after: str, language: str = "en") -> Comparison:
    """Compare two Markdown pages."""
    options = ExtractionOptions((language,))
    old, new = (Page(text.encode(), "text/markdown") for text in (before, after))
    extracted = read(old, options)
    found = assess(Visit(new, options, latest=LatestVersion(extracted.document, extracted.identity, old)))
    assert found.comparison is not None, found
    return found.comparison


def text(*lines: str) -> str:
    return "\n\n".join(lines)


def reasons(comparison: Comparison) -> set[str]:
    return {piece.reason for piece in comparison.suppressed}


ASKING = "You can exercise your right of access by writing to {} at any time."
MENULIS = "Anda dapat menggunakan hak akses Anda dengan menulis ke {} kapan saja."


@pytest.mark.parametrize(
    "mask",
    [
        "[email protected]",
        "[email\u00a0protected]",
        "email protected",
        "This email address is being protected from spambots. You need JavaScript enabled to view it.",
        "Alamat email ini dilindungi dari robot spam. Anda memerlukan Javascript yang aktif untuk melihatnya.",
    ],
)
@pytest.mark.parametrize(("sentence", "language"), [(ASKING, "en"), (MENULIS, "id")])
def test_a_masked_address_is_equal_to_any_address(mask: str, sentence: str, language: str) -> None:
    lines = ENGLISH if language == "en" else INDONESIAN
    shown, hidden = (text(*lines, sentence.format(address)) for address in ("data@ferry.example", mask))
    for before, after in ((shown, hidden), (hidden, shown)):
        found = compared(before, after, language)
        assert (found.changed, found.material, found.findings) == (True, False, ())
        assert "masked-address" in reasons(found)


def test_a_changed_sentence_with_a_masked_address_is_reported() -> None:
    shown = text(*ENGLISH, ASKING.format("data@ferry.example"))
    hidden = text(*ENGLISH, ASKING.replace("at any time", "within ten days only").format("[email protected]"))
    assert compared(shown, hidden).material


def test_a_changed_address_is_reported_although_a_second_address_is_masked() -> None:
    assert compared(
        text(*ENGLISH, ASKING.format("data@ferry.example"), "Or write to office@ferry.example."),
        text(*ENGLISH, ASKING.format("data@dinghy.example"), "Or write to [email protected]."),
    ).material


def test_a_menu_above_the_first_sentence_is_quiet() -> None:
    found = compared(text(*ENGLISH), text(*(f"- {name}" for name in SHOP), *ENGLISH))
    assert not found.findings


def test_a_menu_of_links_is_quiet_at_any_place() -> None:
    links = [f"- [Contact {name}](https://{name}.ferry.example/)" for name in ("Ann", "Bert", "Cleo", "Dora", "Emil")]
    assert not compared(text(*ENGLISH), text(*ENGLISH[:3], *links, *ENGLISH[3:])).findings


@pytest.mark.parametrize(
    ("heading", "before"),
    [
        ("## Whom we share it with", "We share your personal data with these companies."),
        ("## Our network", "We share your personal data with:"),
        ("## Our network", "We pass your personal data to these advertising partners."),
    ],
)
def test_a_list_of_recipients_is_not_a_menu(heading: str, before: str) -> None:
    names = (
        "Acme Ads",
        "Borrow Bank",
        "Crane Credit",
        "Dune Data",
        "Elm Insurance",
        "Fir Marketing",
        "Gale Ads",
        "Hop Ads",
    )
    with_one_less = text(*ENGLISH, heading, before, *(f"- {name}" for name in names[:-1]))
    assert compared(with_one_less, text(*ENGLISH, heading, before, *(f"- {name}" for name in names))).findings
    linked = [f"- [{name}](https://example.test/{place})" for place, name in enumerate(names)]
    assert "menu" not in reasons(
        compared(text(*ENGLISH, heading, before, *linked[:-2]), text(*ENGLISH, heading, before, *linked))
    )


def test_a_text_that_returns_after_an_error_page_alerts_nobody() -> None:
    found = compared(
        "# Ferry\n\nWe are sorry: the crossing you look for is not here. Please go back to the pier.", text(*ENGLISH)
    )
    assert (found.changed, found.material, found.findings) == (True, False, ())
    assert "restored" in reasons(found)


def test_a_policy_that_returns_after_a_wrong_page_is_comparable() -> None:
    """A text that grew much is accepted before it is checked whether the two texts are related. Otherwise, if the first
    page was a wrong page, the policy would be refused forever.
    """
    other = "\n\n".join(
        f"The {place} sells tea and buns to those who wait for {kind.replace('your', 'their')}."
        for place in ("cafe", "kiosk", "bakery")
        for kind in ("your boat", "your train", "your bus", "your friends")
    )
    assert not compared(f"# Food on the pier\n\n{other}", text(*ENGLISH)).material


def test_a_policy_that_grows_is_judged() -> None:
    more = "We may sell your personal data to advertisers. You can no longer object to that."
    assert compared(text(*ENGLISH), text(*ENGLISH, *(f"{more} This is point {n}." for n in range(20)))).material
