"""Tests the dates that a policy states about itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

import pytest

from document.text.dates import stated_dates
from document.text.normalise import normalise
from languages import languages_with, read_table


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
        "Last updated: Marching 2023",
        "Last updated: 2023.13.01",
        "Last updated: 12-Dez-2",
        "Last updated: 31 February 2023",
        "The Act of 6 July 2018 applies.",
        "which will become effective when uploaded; our shop opened a long time before on 5 May 1999",
        "Section 5 of the 2018 Act",
        "Effective protection since we began, in the words of our founder, Anna: 1 May 1990",
    ],
)
def test_other_and_ambiguous_dates_are_left_out(line: str) -> None:
    assert stated_dates([line]) == ()


FORMS = {
    "March 2026": (2026, 3, 1), "Mar. 2026": (2026, 3, 1), "2026/03/01": (2026, 3, 1), "2026.03.01": (2026, 3, 1),
    "15 Feb. 2027": (2027, 2, 15), "March the 1st, 2026": (2026, 3, 1), "1st day of March 2026": (2026, 3, 1),
    "12-Dec-24": (2024, 12, 12), "Sept. 5, 2025": (2025, 9, 5), "2026-Mar-01": (2026, 3, 1), "May '24": (2024, 5, 1),
    "1/Mar/2026": (2026, 3, 1), "30 Oct ’24": (2024, 10, 30), "01.03.2026": None, "March 32, 2026": None,
}  # fmt: skip
IN_INDONESIAN = {
    "Maret 2026": (2026, 3, 1), "12-Des-24": (2024, 12, 12), "17 Agust 2024": (2024, 8, 17),
    "17 Ags 2024": (2024, 8, 17), "30 Okt '24": (2024, 10, 30), "30 Okt ’24": (2024, 10, 30),
    "tanggal 5 bulan Mei tahun 2024": (2024, 5, 5), "bulan Mei tahun 2024": (2024, 5, 1),
    "5 Nopember 2023": (2023, 11, 5), "tanggal 17 Pebruari 2024": (2024, 2, 17),
    "31-Des-2024": (2024, 12, 31), "2024/05/05": (2024, 5, 5),
}  # fmt: skip
IN_FRENCH = {
    "mars 2026": (2026, 3, 1), "1er févr. 2026": (2026, 2, 1), "12-déc-24": (2024, 12, 12),
    "3 sept. 2024": (2024, 9, 3), "2026.03.01": (2026, 3, 1), "août 2025": (2025, 8, 1), "14 juil. '25": (2025, 7, 14),
}  # fmt: skip
IN_GERMAN = {
    "März 2026": (2026, 3, 1), "1. Dez. 2024": (2024, 12, 1), "12-Dez-24": (2024, 12, 12),
    "3.Mai 2024": (2024, 5, 3), "2026/03/01": (2026, 3, 1), "Jänner 2026": (2026, 1, 1), "30. Okt. '24": (2024, 10, 30),
    "13.03.2026": (2026, 3, 13),
}  # fmt: skip
IN_SPANISH = {
    "marzo de 2026": (2026, 3, 1), "1.º de marzo de 2026": (2026, 3, 1), "12-dic-24": (2024, 12, 12),
    "5 de set. de 2024": (2024, 9, 5), "2026.03.01": (2026, 3, 1), "30 oct '24": (2024, 10, 30),
    "1 de ago de 2025": (2025, 8, 1),
}  # fmt: skip
CUES = (
    ("Last updated: ", FORMS), ("Terakhir diperbarui: ", IN_INDONESIAN), ("Dernière mise à jour : ", IN_FRENCH),
    ("Zuletzt aktualisiert: ", IN_GERMAN), ("Última actualización: ", IN_SPANISH),
)  # fmt: skip


@pytest.mark.parametrize(
    ("cue", "form", "day"), [(cue, form, day) for cue, forms in CUES for form, day in forms.items()]
)
def test_a_date_is_read_in_many_forms(cue: str, form: str, day: tuple[int, int, int] | None) -> None:
    expected = [] if day is None else [date(*day)]
    for line in (f"{cue}{form}", f"{cue}{form}. We wrote it with care."):
        assert [stated.day for stated in stated_dates([normalise(line)])] == expected
    assert [stated.day for stated in stated_dates([cue, normalise(form)])] == expected


WRITTEN_OUT = {
    "en": ("Last updated: ", "the 5th day of the month of May 2024", "May 2024", "5 May of the year 2024"),
    "id": ("Terakhir diperbarui: ", "tanggal 5 bulan Mei tahun 2024", "bulan Mei tahun 2024", "5 Mei tahun 2024"),
    "fr": ("Dernière mise à jour : ", "le 5 du mois de mai 2024", "mai 2024", "le 5 mai de l'an 2024"),
    "de": ("Zuletzt aktualisiert: ", "am 5. des Monats Mai 2024", "im Mai des Jahres 2024", "am 5. Mai im Jahr 2024"),
    "es": (
        "Última actualización: ",
        "el día 5 del mes de mayo del año 2024",
        "mayo del año 2024",
        "5 de mayo del 2024",
    ),
}
"""Words that come before a date, and the date 5 May 2024 in three forms, by language. The second form has only the
month and the year."""


def monthly_forms() -> Iterator[tuple[str, str, date]]:
    """Yield dates in many forms, with each name of each month. Each date comes with its language and the day that it
    means."""
    for language in languages_with("dates"):
        table = read_table(language, "dates")
        assert table is not None
        for month, names in enumerate(table["months"], 1):
            for name in (written for one in names.split() for written in (one, one.capitalize(), one.upper())):
                yield language, f"{name} 2026", date(2026, month, 1)
                yield language, f"{name}. 2026", date(2026, month, 1)
                yield language, f"17 {name} 2024", date(2024, month, 17)
                yield language, f"12-{name}-24", date(2024, month, 12)
                yield (
                    language,
                    f"30. {name}. ’24" if month != 2 else f"28. {name}. ’24",
                    date(2024, month, 30 if month != 2 else 28),
                )
            yield language, f"2026/{month:02}/01", date(2026, month, 1)
            yield language, f"2026.{month:02}.01", date(2026, month, 1)


@pytest.mark.parametrize("language", languages_with("dates"))
def test_every_name_of_every_month_is_read_in_every_form(language: str) -> None:
    cue = WRITTEN_OUT[language][0]
    wrong = [
        form
        for code, form, day in monthly_forms()
        if code == language and [stated.day for stated in stated_dates([normalise(cue + form)])] != [day]
    ]
    assert wrong == []


@pytest.mark.parametrize("language", languages_with("dates"))
def test_a_date_with_words_around_its_parts_is_read(language: str) -> None:
    cue, *forms = WRITTEN_OUT[language]
    days = [date(2024, 5, 5), date(2024, 5, 1), date(2024, 5, 5)]
    for form, day in zip(forms, days, strict=True):
        assert [stated.day for stated in stated_dates([normalise(cue + form)])] == [day]
        assert [stated.day for stated in stated_dates([cue, normalise(form)])] == [day]


def test_the_day_from_which_changes_apply_is_an_effective_date() -> None:
    (stated,) = stated_dates(["These changes apply from 15 Feb. 2027."])
    assert (stated.kind, stated.day) == ("effective", date(2027, 2, 15))


@pytest.mark.parametrize("piece", ["updated: ", "1 ", "2024-", "may ", "updated 1 of ", "1\t", "'24 "])
def test_a_long_line_is_read_in_time_that_grows_with_its_length(piece: str) -> None:
    began = time.process_time()
    stated_dates([piece * (100_000 // len(piece)) + " 2024"])
    assert time.process_time() - began < 5
