"""Tests how a text is recognised that is not the whole policy: it may be cut, may lack a language, or may be the
edition for a different country.
"""

from __future__ import annotations

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Patience, Visit, assess
from document import read, text_identity
from document.model import ExtractionOptions, Page

PLACES = ("harbour office", "northern ferry", "ticket window", "lost luggage desk", "night boat", "island pier")
KINDS = ("your name", "your ticket number", "the time of your crossing", "your seat", "the weight of your luggage")
ENGLISH = (
    "# Privacy policy of the Ferry",
    "This policy says which personal data we collect and process, with your consent or without, whom we share it with, "
    "third parties too, how long we retain it, and how you use your rights.",
    "## What we collect",
    *(f"At the {place} we collect {kind}, so that the crossing can be planned." for place in PLACES for kind in KINDS),
    "## Whom we share it with",
    "We share your personal data with the pilots of the harbour. We do not sell your personal data to anybody.",
    "## Your rights",
    "You have the right to access your personal data and to have it deleted. We answer within a month.",
    "- You can ask for a copy of your data.",
    "- You can withdraw your consent.",
    "- You can complain to the data protection authority.",
    "## Contact",
    "Write to the Ferry, Pier Road 3. Our officer for data protection reads each letter and answers it in person.",
    "The officer is at the pier on each working day, and in summer on Saturdays too, from nine in the morning to noon.",
)
TEMPAT = ("kantor pelabuhan", "feri utara", "loket tiket", "meja bagasi", "kapal malam", "dermaga pulau")
JENIS = ("nama Anda", "nomor tiket Anda", "jam keberangkatan Anda", "kursi Anda", "berat bagasi Anda")
INDONESIAN = (
    "# Kebijakan privasi Feri",
    "Kebijakan ini menjelaskan data pribadi yang kami kumpulkan dan proses dengan persetujuan Anda, kepada pihak "
    "ketiga mana kami membagikannya, berapa lama kami menyimpannya, dan hak Anda atas informasi pribadi Anda.",
    "## Data yang kami kumpulkan",
    *(
        f"Di {tempat} kami mengumpulkan {jenis} agar penyeberangan dapat diatur."
        for tempat in TEMPAT
        for jenis in JENIS
    ),
    "## Hak Anda",
    "Anda berhak mengakses data pribadi Anda dan meminta penghapusannya. Tulislah kepada kami kapan saja.",
    "## Berbagi data",
    "Kami membagikan data pribadi Anda kepada pandu pelabuhan. Kami tidak menjual data pribadi Anda kepada siapa pun.",
)


def page(*lines: str) -> Page:
    return Page("\n\n".join(lines).encode(), "text/markdown")


def assessed(
    before: Page, after: Page, patience: Patience = "none", *, again: bool = False, languages: tuple[str, ...] = ("en",)
) -> Assessment:
    """Assess a page against the page of the previous version. If `again` is true, the same text was already found at
    the first look, and this is the second look.
    """
    options = ExtractionOptions(languages)
    extracted = read(before, options)
    latest = LatestVersion(extracted.document, extracted.identity, before)
    pending = text_identity(read(after, options).document) if again else None
    return assess(Visit(after, options, latest=latest, pending=pending, patience=patience))


def cut(text: Page, share: float) -> Page:
    return Page(text.body[: int(share * len(text.body))], text.content_type)


@pytest.mark.parametrize("lines", [ENGLISH, INDONESIAN], ids=["en", "id"])
def test_a_text_that_breaks_off_is_cut(lines: tuple[str, ...]) -> None:
    language = ("en",) if lines is ENGLISH else ("id",)
    found = assessed(page(*lines), cut(page(*lines), 0.6), languages=language)
    assert (found.outcome, found.reason) == ("not comparable", "cut")
    assert "breaks off within" in found.detail


def test_a_cut_text_waits_and_is_not_accepted_if_the_second_look_shows_the_same_text() -> None:
    whole, half = page(*ENGLISH), cut(page(*ENGLISH), 0.6)
    assert assessed(whole, half, "left").outcome == "pending"
    assert assessed(whole, half, "left", again=True).reason == "cut"


def test_a_cut_text_is_recorded_as_unconfirmed_when_the_time_for_looks_is_over() -> None:
    found = assessed(page(*ENGLISH), cut(page(*ENGLISH), 0.6), "over", again=True)
    assert (found.outcome, found.confirmed) == ("changed", False)
    assert found.comparison is not None
    assert found.comparison.material


def test_a_text_that_breaks_off_within_a_sentence_is_cut_even_if_most_of_it_is_there() -> None:
    words = ENGLISH[-2].split()
    half = page(*ENGLISH[:-2], " ".join(words[: len(words) // 2]))
    long = page(*ENGLISH, *(f"At the {place} a notice gives the time of the next boat." for place in PLACES * 4))
    assert assessed(long, half).reason == "cut"


@pytest.mark.parametrize("share", [0.8, 0.9, 0.97, 0.999])
def test_a_text_that_breaks_off_shortly_before_the_end_needs_a_second_look(share: float) -> None:
    assert assessed(page(*ENGLISH), cut(page(*ENGLISH), share), "left").outcome == "pending"


@pytest.mark.parametrize("sections", [1, 2, 3])
def test_sections_that_are_deleted_at_the_end_are_reported_after_a_second_look(sections: int) -> None:
    """The sections on rights usually come last. Their deletion must not be mistaken for a broken connection."""
    heads = [place for place, line in enumerate(ENGLISH) if line.startswith("## ")]
    rest = page(*ENGLISH[: heads[-sections]])
    assert assessed(page(*ENGLISH), rest, "left").outcome == "pending"
    second = assessed(page(*ENGLISH), rest, "left", again=True)
    assert (second.outcome, second.confirmed) == ("changed", True)
    assert second.comparison is not None
    assert second.comparison.findings
    assert second.comparison.material or sections == 1, "an address alone is not a right"


def test_a_change_of_the_last_sentence_needs_no_second_look() -> None:
    *rest, last = ENGLISH
    for other in ("The officer is ill.", last.replace("Saturdays", "Sundays"), "We sell your personal data."):
        assert assessed(page(*ENGLISH), page(*rest, other), "left").outcome == "changed"


@pytest.mark.parametrize(
    ("last", "said"),
    [
        (ENGLISH[:-5], "within a list"),
        (ENGLISH[:-7], ""),
        ((*ENGLISH[:-9], "We share your personal data with the pilots of the harbour."), "within a paragraph"),
    ],
)
def test_a_text_that_ends_within_a_list_or_paragraph_breaks_off(last: tuple[str, ...], said: str) -> None:
    detail = assessed(page(*ENGLISH), page(*last), "left").detail
    assert said in detail
    assert bool(said) == ("breaks off" in detail)


def html(foot: str = "</body></html>", lines: tuple[str, ...] = ENGLISH) -> bytes:
    parts = (f"<h2>{line[3:]}</h2>" if line.startswith("## ") else f"<p>{line.strip('#- ')}</p>" for line in lines)
    return f"<html><head><title>Privacy</title></head><body><main>{''.join(parts)}</main>{foot}".encode()


def test_a_page_whose_markup_is_not_closed_is_cut() -> None:
    before = Page(html(), "text/html")
    after = Page(html("", ENGLISH[:20]), "text/html")
    found = assessed(before, after)
    assert found.reason == "cut"
    assert "its markup breaks off" in found.detail


def test_a_page_that_is_shorter_than_its_content_length_is_cut() -> None:
    before = Page(html(), "text/html")
    body = html(lines=ENGLISH[:20])
    headers = (("content-length", str(len(body) + 900)),)
    assert assessed(before, Page(body, "text/html", headers=headers)).reason == "cut"
    assert assessed(before, Page(body, "text/html", headers=(*headers, ("content-encoding", "gzip")))).reason != "cut"


def test_a_policy_that_lost_one_of_its_languages_waits() -> None:
    both, alone = page(*ENGLISH, *INDONESIAN), page(*ENGLISH)
    found = assessed(both, alone, languages=("en", "id"))
    assert (found.reason, "“id”" in found.detail) == ("language-gone", True)
    assert assessed(both, alone, "left", languages=("en", "id")).outcome == "pending"
    assert assessed(both, alone, "left", again=True, languages=("en", "id")).reason == "language-gone"
    assert assessed(both, alone, "over", languages=("en", "id")).outcome == "changed"


def test_a_quotation_in_another_language_may_be_removed() -> None:
    quoted = page(*ENGLISH, *INDONESIAN[-2:])
    assert assessed(quoted, page(*ENGLISH), languages=("en", "id")).reason is None


BRITISH = (
    "We analyse the behaviour of passengers and personalise the timetable. Our organisation recognises regulars.",
    "The colour of your ticket and the programme of the crossing are not personal data. Updated 14 March 2026.",
)
AMERICAN = (
    "We analyze the behavior of passengers and personalize the timetable. Our organization recognizes regulars.",
    "The color of your ticket and the program of the crossing are not personal data. Updated March 14, 2026.",
)


def test_the_edition_for_another_country_waits_for_a_second_look() -> None:
    sold = tuple(line.replace("We do not sell", "We may sell") for line in ENGLISH)
    found = assessed(page(*ENGLISH, *BRITISH), page(*sold, *AMERICAN))
    assert found.reason == "other-edition"
    assert "“behaviour” is “behavior”" in found.detail


def test_a_policy_in_which_only_the_spelling_differs_is_the_same_edition() -> None:
    found = assessed(page(*ENGLISH, *BRITISH), page(*ENGLISH, *AMERICAN))
    assert (found.reason, found.comparison is not None and found.comparison.material) == (None, False)


def test_a_changed_policy_in_the_same_spelling_is_the_same_edition() -> None:
    sold = tuple(line.replace("We do not sell", "We may sell") for line in ENGLISH)
    found = assessed(page(*ENGLISH, *BRITISH), page(*sold, *BRITISH))
    assert found.comparison is not None
    assert found.comparison.severity == "critical"


STATES = tuple(f"## {place.title()}\n\n{' '.join(f'At the {place} {kind} is read once a day.' for kind in KINDS)}"
               f" We share your name with advertisers at the {place}." for place in PLACES)  # fmt: skip


@pytest.mark.parametrize(
    "dates", [("31 May 2026", "2 March 2026"), ("31 May 2026", "March 2026"), ("May 2026", "April 2026")]
)
def test_an_older_edition_is_not_a_new_version(dates: tuple[str, str]) -> None:
    """A server may send an old edition again. The date in an old edition is earlier than the date in the version
    before."""
    newer, older = (f"Last updated: {day}" for day in dates)
    before, after = page(ENGLISH[0], newer, *ENGLISH[1:]), page(ENGLISH[0], older, *ENGLISH[1:-5], *ENGLISH[-4:])
    assert assessed(before, after).reason == "other-edition"
    assert assessed(before, after, "left").outcome == "pending"
    assert not assessed(before, after, "over").confirmed
    assert assessed(after, before).outcome == "changed"


def test_a_month_does_not_count_as_earlier_than_a_day_in_it() -> None:
    before, after = (
        page(ENGLISH[0], line, *ENGLISH[1:]) for line in ("Last updated: 31 May 2026", "Last updated: May 2026")
    )
    sold = page(ENGLISH[0], "Last updated: May 2026", *ENGLISH[1:], "We may sell your personal data to brokers.")
    assert assessed(before, after).outcome == "changed"
    assert assessed(before, sold).comparison is not None


def written_anew(line: str) -> str:
    return (
        line.replace("At the ", "In summer the staff of the ")
        .replace("we collect", "writes down")
        .replace("You", "All")
    )


def test_a_text_that_was_mostly_replaced_but_states_the_same_date_waits_for_a_second_look() -> None:
    """A server may send the edition for another country. An author who rewrites a policy also changes its date."""
    dated = (ENGLISH[0], "Last updated: 31 May 2026", *ENGLISH[1:])
    sold = tuple(written_anew(line).replace("We do not sell", "We may sell") for line in dated)
    assert assessed(page(*dated), page(*sold)).reason == "other-edition"
    assert assessed(page(*dated), page(*sold), "left").outcome == "pending"
    newer = tuple(line.replace("31 May", "2 June") for line in sold)
    assert assessed(page(*dated), page(*newer)).outcome == "changed"
    half = (*sold[: len(sold) // 2], *dated[len(sold) // 2 :])
    assert assessed(page(*dated), page(*half)).outcome == "changed"


def test_sections_missing_in_the_middle_wait_for_a_second_look() -> None:
    """The page lacks sections and has no new text, not even a new date. So the page may be incomplete."""
    before, after = page(*ENGLISH[:3], *STATES, *ENGLISH[3:]), page(*ENGLISH[:3], *STATES[4:], *ENGLISH[3:])
    assert assessed(before, after).reason == "shrunk"
    assert assessed(before, after, "left").outcome == "pending"
    assert assessed(before, after, "left", again=True).outcome == "changed"


def test_one_missing_section_is_a_change() -> None:
    section = "## Airport\n\n" + " ".join(f"At the {place} we share {kind}." for place in PLACES for kind in KINDS)
    assert len(section.split()) > 150
    assert assessed(page(*ENGLISH[:3], section, *ENGLISH[3:]), page(*ENGLISH)).outcome == "changed"
