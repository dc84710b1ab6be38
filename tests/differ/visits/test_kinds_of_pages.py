"""Tests three kinds of pages: pages that are not the policy, pages that have only a part of the policy, and pages that
have the policy with noise around it. Some of the languages have no lexicon, and one language is written without
spaces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from differ.visits.assessment import Assessment, LatestVersion, Visit, assess
from document import read, text_identity
from document.model import ExtractionOptions, Page
from tests.differ.visits.test_completeness import ENGLISH, INDONESIAN

FOLDER = Path(__file__).parents[2] / "policies" / "languages"
WITHOUT_LEXICON = ("nl", "ru", "ja", "tr")
POLICIES = {
    "en": "\n\n".join(ENGLISH),
    "id": "\n\n".join(INDONESIAN),
    **{code: (FOLDER / f"{code}.md").read_text(encoding="utf-8") for code in WITHOUT_LEXICON},
}
MENUS = {
    "en": ("Shop", "News", "Jobs", "Lamps", "Ropes", "Boats", "Hats", "Log in", "Help"),
    "id": ("Toko", "Berita", "Lowongan", "Lampu", "Tali", "Perahu", "Topi", "Masuk", "Bantuan"),
    "nl": ("Winkel", "Nieuws", "Vacatures", "Lampen", "Touwen", "Boten", "Hoeden", "Inloggen", "Hulp"),
    "ru": ("Магазин", "Новости", "Работа", "Лампы", "Канаты", "Лодки", "Шляпы", "Вход", "Помощь"),
    "ja": ("店舗", "お知らせ", "採用情報", "ランプ", "縄と綱", "小舟", "帽子", "ログイン", "ヘルプ"),
    "tr": ("Dükkân", "Haberler", "İş ilanları", "Lambalar", "Halatlar", "Tekneler", "Şapkalar", "Giriş", "Yardım"),
}
DENIED = {
    "en": "The connection to this page has been denied.",
    "id": "Permintaan Anda telah ditolak.",
    "nl": "Uw verzoek is geweigerd.",
    "ru": "Ваш запрос отклонён.",
    "ja": "リクエストは拒否されました。",
    "tr": "İsteğiniz reddedildi.",
}
MASKS = ("[email protected]", "[email&#160;protected]", "<a href='/cdn-cgi/l/x#1f'>[email protected]</a>")
LINKED = "<p><a href=/x>{}</a></p>"
languages = pytest.mark.parametrize("language", POLICIES)


def body(text: str, language: str, top: str = "", bottom: str = "") -> str:
    """Return a page with a Markdown text. `top` and `bottom` are markup above and below the text."""
    blocks = []
    for block in text.split("\n\n"):
        level, words = len(block) - len(block.lstrip("#")), block.strip().lstrip("#- ")
        blocks.append(f"<h{level}>{words}</h{level}>" if level else f"<p>{words}</p>")
    head = f"<!doctype html><html lang={language}><head><title>.</title></head><body><main>"
    return f"{head}{top}{''.join(blocks)}{bottom}</main></body></html>"


def page(text: str, *headers: tuple[str, str], status: int = 200) -> Page:
    return Page(text.encode(), "text/html; charset=utf-8", status, "https://shop.example/privacy", headers)


def looks(before: Page, after: Page, *expected: str) -> tuple[Assessment, Assessment]:
    """Return the results of a first look, and of a second look at the same text."""
    options = ExtractionOptions(expected)
    extracted = read(before, options)
    latest = LatestVersion(extracted.document, extracted.identity, before)
    first = assess(Visit(after, options, latest=latest, patience="left"))
    pending = text_identity(read(after, options).document)
    return first, assess(Visit(after, options, latest=latest, pending=pending, patience="left"))


def is_quiet(assessment: Assessment) -> bool:
    return assessment.comparison is None or not assessment.comparison.material


def within_a_tag(whole: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return whole[: whole.index("<p>", int(0.6 * len(whole))) + 2], ()


def within_a_sentence(whole: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return whole[: whole.index("</p>", len(whole) // 2) - 12] + "</p></main></body></html>", ()


def by_its_length(whole: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    return whole[: whole.rindex("<p>", 0, int(0.7 * len(whole)))], (("content-length", str(len(whole.encode()))),)


@languages
@pytest.mark.parametrize("cut", [within_a_tag, within_a_sentence, by_its_length])
def test_a_cut_page_waits_and_is_not_a_version(language: str, cut: object) -> None:
    assert callable(cut)
    whole = body(POLICIES[language], language)
    broken, headers = cut(whole)
    first, second = looks(page(whole), page(broken, *headers), language)
    assert first.outcome == "pending"
    assert (second.outcome, second.reason) == ("not comparable", "cut")


@pytest.mark.parametrize(
    ("kept", "lost"), [("en", "id"), ("nl", "en"), ("ru", "ja"), ("ja", "en"), ("tr", "ru"), ("id", "nl")]
)
def test_a_page_that_lost_a_language_waits_and_is_not_a_version(kept: str, lost: str) -> None:
    both = body(f"{POLICIES[kept]}\n\n{POLICIES[lost]}", kept)
    first, second = looks(page(both), page(body(POLICIES[kept], kept)), kept, lost)
    assert first.outcome == "pending"
    assert (second.outcome, second.reason) == ("not comparable", "language-gone")


@languages
@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_a_policy_that_returns_after_a_nearly_empty_page_alerts_nobody(language: str, blocks: int) -> None:
    """The page of the previous version has only the title, or the title and the first lines of the policy."""
    start = "\n\n".join(POLICIES[language].split("\n\n")[:blocks])
    first, _ = looks(page(body(start, language)), page(body(POLICIES[language], language)), language)
    assert first.outcome == "changed"
    assert is_quiet(first)


@languages
@pytest.mark.parametrize("mask", MASKS)
def test_a_masked_address_alerts_nobody(language: str, mask: str) -> None:
    shown, masked = (
        page(body(POLICIES[language], language, bottom=f"<p>E-mail: {address}</p>"))
        for address in ("desk@shop.example", mask)
    )
    for before, after in ((shown, masked), (masked, shown)):
        assert is_quiet(looks(before, after, language)[0])


@languages
@pytest.mark.parametrize(
    ("place", "shape"),
    [("top", "<li>{}</li>"), ("top", "<div>{}</div>"), ("top", LINKED), ("bottom", LINKED)],
)
def test_a_menu_alerts_nobody(language: str, shape: str, place: str) -> None:
    menu = "".join(shape.format(name) for name in MENUS[language])
    plain = page(body(POLICIES[language], language))
    noisy = page(body(POLICIES[language], language, **{place: menu}))
    first, _ = looks(plain, noisy, language)
    assert first.outcome in ("changed", "unchanged")
    assert is_quiet(first)


@languages
def test_a_challenge_is_never_a_version(language: str) -> None:
    before = page(body(POLICIES[language], language))
    said = f"<html lang={language}><head><title>!</title></head><body><p>{DENIED[language]}</p></body></html>"
    header = page("<script>go()</script>", ("cf-mitigated", "challenge"), status=202)
    answers = (page(said), page(re.sub("<p>", "<script src=/check.js></script><p>", said)), header)
    found = [looks(before, answer, language)[1] for answer in answers]
    assert {assessment.outcome for assessment in found} == {"not comparable"}
    known = {assessment.reason for assessment in (found if language in ("en", "id") else found[2:])}
    assert known == {"bot-challenge"}


@languages
@pytest.mark.parametrize("code", ["ERR_CONNECTION_REFUSED", "DNS_PROBE_FINISHED_NXDOMAIN", "ERR_CERT_DATE_INVALID"])
def test_an_error_page_of_a_browser_is_never_a_version(language: str, code: str) -> None:
    shown = f"<div id=main-frame-error><h1>shop.example?</h1><p>{DENIED[language]}</p><div>{code}</div></div>"
    before = page(body(POLICIES[language], language))
    assert looks(before, page(f"<html><body>{shown}</body></html>"), language)[1].outcome == "not comparable"
