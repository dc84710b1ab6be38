"""Tests that sentences are told apart from labels and menus in any language."""

from __future__ import annotations

import pytest

from document.text.prose import reads_like_prose


@pytest.mark.parametrize(
    "text",
    ["We never sell your data.", "Kami menghapus nomor anda, segera!", "当社はお客様の個人情報を販売しません。"],
)
def test_sentences_are_prose(text: str) -> None:
    assert reads_like_prose(text)


@pytest.mark.parametrize("text", ["", "Home About Contact Careers Press", "Version 1.2.", "Tutup", "© 2026 PT Kopi."])
def test_labels_are_not_prose(text: str) -> None:
    assert not reads_like_prose(text)
