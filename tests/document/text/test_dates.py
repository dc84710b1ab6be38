"""Dates that a policy states about itself."""

from __future__ import annotations

from datetime import date

import pytest

from document.text.dates import stated_dates


@pytest.mark.parametrize(
    ("lines", "kind", "day"),
    [
        (["Last updated: March 9, 2023"], "updated", date(2023, 3, 9)),
        (["Effective from", "July 24, 2023"], "effective", date(2023, 7, 24)),
        (["Last revised on 21 August 2020"], "revised", date(2020, 8, 21)),
        (["Terakhir diperbarui: 1 Mei 2021"], "updated", date(2021, 5, 1)),
        (["Berlaku sejak tanggal 17 Agustus 2022"], "effective", date(2022, 8, 17)),
        (["LAST UPDATED 2024-02-29"], "updated", date(2024, 2, 29)),
        (["Stand: 3. Mai 2024"], "updated", date(2024, 5, 3)),
        (["Date d'entrée en vigueur : 1er février 2025"], "effective", date(2025, 2, 1)),
        (["Vigente desde el 7 de junio de 2022"], "effective", date(2022, 6, 7)),
        (["This policy takes effect on 30/11/2021."], "effective", date(2021, 11, 30)),
    ],
)
def test_stated_date_is_found(lines: list[str], kind: str, day: date) -> None:
    assert [(stated.kind, stated.day) for stated in stated_dates(lines)] == [(kind, day)]


@pytest.mark.parametrize(
    "line",
    [
        "Last updated: 03/04/2023",
        "Last updated: March 2023",
        "Last updated: 31 February 2023",
        "The Act of 6 July 2018 applies.",
        "which will become effective when uploaded; our shop opened a long time before on 5 May 1999",
        "Section 5 of the 2018 Act",
        "Effective protection since we began, in the words of our founder, Anna: 1 May 1990",
    ],
)
def test_what_is_no_stated_date_is_left_out(line: str) -> None:
    assert stated_dates([line]) == ()
