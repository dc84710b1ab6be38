"""Provides a policy in English and Indonesian.

Only the Indonesian half changes. The versions are judged and recorded as in a crawl.
"""

from __future__ import annotations

from pathlib import Path

from archive.model import AssessedFetch
from archive.recording.recorder import record
from differ import compare
from differ.visits.assessment import Assessment
from document import read
from document.model import ExtractionOptions, Page
from tests.archive.visits import HOUR, START, fetched, watch
from tests.clausewatch.watched import configured, opened

ENGLISH = """# Teahouse privacy notice

Last changed on 15 January 2026.

## Who receives your data

The Teahouse keeps the names and the addresses of its guests. We share your personal data with our service providers
when they bring a parcel to you.

## Your rights

You have the right to access your personal data. Write to ask@teahouse.example; we answer within 14 days, free of
charge.
"""

INDONESIAN = """
# Pemberitahuan privasi Kedai Teh

## Siapa yang menerima data Anda

Kedai Teh menyimpan nama dan alamat para tamunya. Kami membagikan data pribadi Anda kepada penyedia layanan kami
ketika mereka mengantarkan paket kepada Anda.

## Hak Anda

Anda berhak untuk mengakses data pribadi Anda. Tulis ke ask@teahouse.example; kami menjawab dalam waktu 14 hari, tanpa
biaya.
"""

WIDER = INDONESIAN.replace("penyedia layanan kami", "penyedia layanan kami dan kepada pengiklan")


def page(text: str) -> Page:
    """Return a text as a server's response."""
    return Page(text.encode(), "text/markdown")


def promising(folder: Path, *texts: str) -> Path:
    """Record a version for each text, judge it against the previous version, and return the configuration file."""
    options = ExtractionOptions(languages=("en", "id"))
    with opened(folder) as archive:
        watch(archive)
        before = None
        for number, text in enumerate(texts):
            found = read(page(text), options)
            judged = None if before is None else compare(before, found.document)
            assessment = Assessment("changed", document=found.document, identity=found.identity, comparison=judged)
            at = START + 24 * number * HOUR
            record(archive, AssessedFetch(fetched(at, text.encode()), assessment, number or None), at)
            before = found.document
    return configured(folder)
