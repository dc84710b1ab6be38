"""Measures the time of queries to a large archive, the time to record a version, and the archive's disk space.

    python benchmarks/questions.py [--policies 10000] [--versions 20] [--questions 40] [--database URL]

Without `--database`, the benchmark builds a SQLite archive in a temporary folder, and deletes it afterwards. A named
database must be empty, or an archive that this benchmark built earlier. Such an archive is used again. The policies are
made from sentence templates with a fixed seed, so they are the same on every machine. Every eighth policy is in
Indonesian. The rows are like the rows that a run records, but they are written in bulk. There are no raw pages and no
entries of the chain. Times are medians of `--questions` queries, each about a different policy, day or word. The
wall-clock time and the CPU time of this process are shown. CPU time depends less on other load of the machine. But it
does not include the work of PostgreSQL, which runs in a separate process.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import zstandard
from sqlalchemy import func, insert, select, text

from archive.model import AssessedFetch, Fetch, Query
from archive.questions.history import as_of, count_versions, document, history, versions_of
from archive.questions.status import statuses
from archive.recording.recorder import record
from archive.search.index import SectionPart, indexed_form, section_parts
from archive.search.query import Search, search
from archive.storage.blobs import address
from archive.storage.database import Archive, open_archive
from archive.storage.tables import Base, ChangeRow, FetchRow, FindingRow, PolicyRow, SectionRow, VersionRow
from differ.model import Comparison
from differ.visits.assessment import Assessment
from document import to_json
from document.model import Block, Document, Section

SEED = 20261123
BEGAN = datetime(2019, 3, 1, 6, tzinfo=UTC)
VERSION_EVERY = timedelta(days=131)
POLICIES_AT_ONCE = 100
REVIEWED = 0.1
"""Share of the material findings that are reviewed."""
TARGET = 100.0
"""Maximum median time of the first four queries, in milliseconds."""

TOPICS = ("collection", "use", "sharing", "sale", "transfer", "retention", "security", "cookies", "rights", "choices",
          "children", "policy_change", "contact", "other")  # fmt: skip
HEADINGS = {
    "en": ("What we collect", "Why we use it", "Who receives it", "What we sell", "Where it travels",
           "How long we keep it", "How we guard it", "Cookies and the like", "What you may ask", "What you may refuse",
           "Young readers",
           "When this text changes", "How to reach us", "Everything else"),
    "id": ("Data yang kami kumpulkan", "Alasan kami memakainya", "Siapa penerimanya", "Yang kami jual",
           "Ke mana data dikirim", "Berapa lama kami simpan", "Cara kami menjaganya", "Kuki dan sejenisnya",
           "Yang boleh Anda minta", "Yang boleh Anda tolak", "Pembaca muda", "Bila naskah ini berubah",
           "Cara menghubungi kami", "Lain-lain"),
}  # fmt: skip
SENTENCES = {
    "en": ("We {verb} {thing} {when}, {why}.", "{who} may {verb} {thing} {why}, unless you object {when}.",
           "Where the law asks for it, {who} will {verb} {thing} {when}.",
           "You can ask us {when} whether {who} did {verb} {thing}.",
           "{thing} of the year {year} is kept apart from what {who} may {verb}, {why}."),
    "id": ("Kami {verb} {thing} {when}, {why}.", "{who} dapat {verb} {thing} {why}, kecuali Anda menolak {when}.",
           "Bila undang-undang memintanya, {who} akan {verb} {thing} {when}.",
           "Anda boleh bertanya {when} apakah {who} {verb} {thing}.",
           "{thing} tahun {year} dipisahkan dari yang boleh {who} {verb}, {why}."),
}  # fmt: skip
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "verb": ("share", "record", "compare", "delete", "transfer", "store", "read", "combine", "publish", "encrypt"),
        "thing": ("your delivery address", "the titles you borrow", "your payment details", "the device you read on",
                  "the letters you send", "your location", "the list of your friends", "your voice messages",
                  "the photographs of your shelf", "your date of birth", "the notes in the margin",
                  "your telephone number"),
        "who": ("our couriers", "the bindery", "our advertising partners", "a payment provider", "the city archive",
                "our insurers", "the lending desk", "an affiliate abroad", "the printer's apprentice", "our analysts"),
        "when": ("within thirty days", "every quarter", "once a year", "before each delivery", "at any time",
                 "for as long as you are a member", "after the contract ends", "while the lamp burns"),
        "why": ("to find lost parcels", "for the accounts", "with your consent", "to keep the catalogue in order",
                "for our legitimate interest", "to show you advertising", "to answer a court",
                "to improve the service"),
    },
    "id": {
        "verb": ("membagikan", "mencatat", "membandingkan", "menghapus", "mengirimkan", "menyimpan", "membaca"),
        "thing": ("alamat pengiriman Anda", "judul yang Anda pinjam", "rincian pembayaran Anda", "lokasi Anda",
                  "surat yang Anda kirim", "nomor telepon Anda", "daftar teman Anda", "foto rak buku Anda"),
        "who": ("kurir kami", "penjilid buku", "mitra iklan kami", "penyedia pembayaran", "arsip kota", "analis kami"),
        "when": ("dalam tiga puluh hari", "setiap triwulan", "sekali setahun", "sebelum tiap pengiriman", "kapan saja"),
        "why": ("untuk mencari paket yang hilang", "demi pembukuan", "dengan persetujuan Anda",
                "untuk menampilkan iklan",
                "demi kepentingan kami yang sah", "untuk memperbaiki layanan"),
    },
}  # fmt: skip
QUESTIONS = ("couriers", "advertising partners", '"payment provider" encrypt', "membagikan lokasi",
             "affiliate abroad consent",
             "data", "your", "marginalia", '"legitimate interest"', "photographs court transfer")  # fmt: skip


def sentence(chance: random.Random, language: str) -> str:
    """Return an invented sentence of a policy."""
    words = {kind: chance.choice(choices) for kind, choices in WORDS[language].items()}
    written = chance.choice(SENTENCES[language]).format(year=chance.randint(1999, 2026), **words)
    return written[0].upper() + written[1:]


def texts(chance: random.Random, language: str, name: str, number: int) -> Iterator[tuple[Document, int]]:
    """Yield the versions of a policy.

    Each comes with the position of the section that differs from the previous version.
    """
    blocks = [[sentence(chance, language) for _ in range(chance.randint(3, 6))] for _ in HEADINGS[language]]
    blocks[0].insert(0, f"{name} wrote this for its readers.")
    for _ in range(number):
        place = chance.randrange(len(blocks))
        blocks[place][-1] = sentence(chance, language)
        yield Document(tuple(map(section, HEADINGS[language], map(tuple, blocks), [language] * 99)), (language,)), place


def section(heading: str, blocks: tuple[str, ...], language: str) -> Section:
    """Return a section with a heading and paragraphs."""
    return Section(heading, "", 1, (heading,), language, tuple(Block("paragraph", each) for each in blocks))


@cache
def topics(place: int) -> tuple[str, str]:
    """Return the topic of the section at a position, and the severity of changes in this section."""
    return TOPICS[place], ("low", "medium", "high", "critical")[place % 4]


class Builder:
    """Writes policies with all their rows into an archive, many policies at once. Without `searchable`, the rows for
    the search are left out. Writing these rows takes most of the time.
    """

    def __init__(self, archive: Archive, versions_each: int, *, searchable: bool = True) -> None:
        self.archive, self.versions_each, self.searchable = archive, versions_each, searchable
        self.ids = {"fetch": 0, "version": 0, "section": 0, "finding": 0}
        self.sections: dict[Section, tuple[int, SectionPart]] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.words: list[dict[str, Any]] = []
        self.blobs: set[str] = set()
        self.form = indexed_form[archive.engine.dialect.name]
        self.pack = zstandard.ZstdCompressor(level=3).compress

    def build(self, policies: int) -> None:
        """Write this number of policies with their versions."""
        for first in range(1, policies + 1, POLICIES_AT_ONCE):
            self.rows, self.words = {table.name: [] for table in Base.metadata.sorted_tables}, []
            for number in range(first, min(first + POLICIES_AT_ONCE, policies + 1)):
                self._policy(number)
                self.sections.clear()
                self.blobs.clear()
            self._write()
        if self.archive.engine.dialect.name == "postgresql":
            self._set_sequences()

    def _policy(self, policy_id: int) -> None:
        chance = random.Random(f"{SEED}-{policy_id}")  # noqa: S311 - no secret
        language = "id" if policy_id % 8 == 0 else "en"
        name = f"Lending library {policy_id}"
        self.rows["policy"].append(policy_row(policy_id, name, language))
        open_ones: dict[int, dict[str, Any]] = {}
        for number, (written, place) in enumerate(texts(chance, language, name, self.versions_each), start=1):
            seen_at = BEGAN + VERSION_EVERY * number + timedelta(minutes=policy_id)
            self._version(policy_id, number, seen_at, written)
            if number > 1:
                self._change(policy_id, seen_at, place, chance, language)
            present = {self._section(each) for each in written.sections} if self.searchable else set()
            for gone in set(open_ones) - present:
                open_ones.pop(gone).update(last=number - 1, gone_at=seen_at)
            for came in present - set(open_ones):
                row = {"section_id": came, "policy_id": policy_id, "first": number, "last": None}
                open_ones[came] = row | {"appeared_at": seen_at, "gone_at": None}
                self.rows["standing"].append(open_ones[came])
        number = self.versions_each if self.searchable else 0
        self.rows["indexed"].append({"policy_id": policy_id, "number": number})

    def _version(self, policy_id: int, number: int, seen_at: datetime, written: Document) -> None:
        content = to_json(written)
        key = address(content)
        if key not in self.blobs:  # a later version may have the text of an earlier version
            self.rows["blob"].append({"sha256": key, "size": len(content), "content": self.pack(content)})
            self.blobs.add(key)
        for again in (0, 1):
            self.ids["fetch"] += 1
            self.rows["fetch"].append(fetch_row(self.ids["fetch"], policy_id, seen_at, key, again=bool(again)))
        self.ids["version"] += 1
        self.rows["version"].append(
            {"id": self.ids["version"], "policy_id": policy_id, "number": number, "fetch_id": self.ids["fetch"] - 1,
             "seen_at": seen_at, "document_sha256": key, "identity": "generic 1", "dates": [], "boundary": False,
             "text_sha256": key, "confirmed": True, "returns_to": None, "flapping": False}
        )  # fmt: skip

    def _change(self, policy_id: int, seen_at: datetime, place: int, chance: random.Random, language: str) -> None:
        topic, severity = topics(place)
        change = {"id": self.ids["version"], "version_id": self.ids["version"], "material": severity == "high",
                  "severity": severity, "topics": [], "judged_by": "lexicon", "coarse": False, "timing": {},
                  "drift": [], "recorded_at": seen_at}  # fmt: skip
        self.rows["change"].append(change)
        if place % 4 == 0:
            day = (seen_at + timedelta(days=30)).replace(hour=0, minute=0, second=0)
            self.rows["stated_day"].append({"change_id": change["id"], "kind": "effective", "day": day})
        for position in range(chance.randint(1, 3)):
            self.ids["finding"] += 1
            if change["material"] and chance.random() < REVIEWED:
                self.rows["review"].append({"finding_id": self.ids["finding"], "kind": "acknowledge", "text": "",
                                            "by": "Ratna", "at": seen_at + timedelta(days=1)})  # fmt: skip
            elif change["material"]:
                self.rows["waiting"].append(
                    {"finding_id": self.ids["finding"], "change_id": change["id"], "policy_id": policy_id, "rank": 1,
                     "topic": topic, "language": language, "seen_at": seen_at, "stated_due": None}
                )  # fmt: skip
            self.rows["finding"].append(
                {"id": self.ids["finding"], "change_id": self.ids["version"], "position": position, "topic": topic,
                 "severity": severity, "section": HEADINGS[language][place], "language": language,
                 "material": severity == "high", "rule": "recipient-added", "source": "GDPR 13(1)(e)", "clause": None,
                 "before": sentence(chance, language), "after": sentence(chance, language),
                 "reason": "A recipient is named that was not before.", "translations": [], "edits": []}
            )  # fmt: skip

    def _section(self, written: Section) -> int:
        if written not in self.sections:
            self.ids["section"] += 1
            (part,) = section_parts(Document((written,)))
            self.sections[written] = self.ids["section"], part
            self.rows["section"].append(dict(part) | {"id": self.ids["section"]})
            self.words.append({"id": self.ids["section"], "words": self.form(part)})
        return self.sections[written][0]

    def _write(self) -> None:
        key, value = ("rowid", ":words") if self.archive.engine.dialect.name == "sqlite" else SECTION_WORDS
        with self.archive.engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                if self.rows[table.name]:
                    connection.execute(insert(table), self.rows[table.name])
            if not self.words:
                return
            connection.execute(text(f"INSERT INTO section_words ({key}, words) VALUES (:id, {value})"), self.words)  # noqa: S608 - our own names

    def _set_sequences(self) -> None:
        with self.archive.engine.begin() as connection:
            for row in (PolicyRow, FetchRow, VersionRow, ChangeRow, FindingRow, SectionRow):
                name = row.__tablename__
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM \"{name}\"))")  # noqa: S608
                )


SECTION_WORDS = ("section_id", "CAST(:words AS tsvector)")


def policy_row(policy_id: int, name: str, language: str) -> dict[str, Any]:
    """Return the row of a policy."""
    return {"id": policy_id, "name": name, "url": f"https://library-{policy_id}.example/privacy",
            "every_seconds": 43_200, "languages": [language], "selects": [], "removes": [], "profile": "default",
            "tags": ["vendor"] if policy_id % 50 == 0 else ["library"], "created_at": BEGAN, "retired_at": None,
            "tried_at": None}  # fmt: skip


def fetch_row(fetch_id: int, policy_id: int, seen_at: datetime, body: str, *, again: bool) -> dict[str, Any]:
    """Return the row of a visit. If `again` is true, the visit found the same version again. Otherwise it found a new
    version."""
    return {"id": fetch_id, "policy_id": policy_id, "started_at": seen_at + timedelta(days=60 if again else 0),
            "status": 200, "final_url": f"https://library-{policy_id}.example/privacy",
            "headers": [["content-type", "text/html; charset=utf-8"], ["etag", f'"{body[:16]}"']], "body_sha256": body,
            "outcome": "unchanged" if again else "changed", "reason": None, "detail": "", "snapshot_sha256": None,
            "fallback": False}  # fmt: skip


def milliseconds(ask: Callable[[int], object], questions: int) -> tuple[list[float], list[float]]:
    """Return the wall-clock times and the CPU times of the queries, in milliseconds.

    The first query is left out, because it fills caches.
    """
    wall, cpu = [], []
    for number in range(questions + 1):
        began, spent = time.perf_counter(), time.process_time()
        ask(number)
        wall.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - spent) * 1000)
    return wall[1:], cpu[1:]


def questions(archive: Archive, policies: int, versions_each: int) -> dict[str, Callable[[int], object]]:
    """Return the kinds of queries by name. Each is a function that gets the number of the query."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    names = [f"Lending library {chance.randint(1, policies)}" for _ in range(10_000)]
    days = [BEGAN + VERSION_EVERY * (1 + chance.random() * versions_each) + timedelta(days=8) for _ in names]
    return {
        "as-of text": lambda n: document(archive, as_of(archive, names[n], days[n])),
        "history of one policy": lambda n: versions_of(archive, names[n]),
        "topic history over all, the latest 200": lambda n: topic_history(archive, n),
        "search": lambda n: search(archive, Search(QUESTIONS[n % len(QUESTIONS)])),
        "search in one policy": lambda n: search(archive, Search(QUESTIONS[n % 5], policy=names[n])),
        "search of the latest texts, tagged": lambda n: search(
            archive, Search(QUESTIONS[n % 5], tag="vendor", current=True)
        ),
    }


def topic_history(archive: Archive, number: int) -> object:
    """Query the latest changes of a topic, and the number of all changes of the topic."""
    query = Query(topic=TOPICS[number % len(TOPICS)], limit=200)
    return history(archive, query), count_versions(archive, query)


def report(archive: Archive, policies: int, versions_each: int, asked: int) -> bool:
    """Print the medians. Return whether the four queries that have a target meet it."""
    reached = True
    for place, (name, ask) in enumerate(questions(archive, policies, versions_each).items()):
        wall, cpu = milliseconds(ask, asked)
        median, slow = statistics.median(wall), statistics.quantiles(wall, n=20)[-1]
        times = f"median {median:8.1f} ms   95 % under {slow:8.1f} ms   CPU {statistics.median(cpu):6.1f} ms"
        print(f"  {name:<40} {times}", flush=True)
        reached &= place > 3 or median < TARGET
    wall, cpu = milliseconds(lambda _: statuses(archive, datetime.now(UTC)), 1)
    print(f"  {f'status of all {policies} policies':<40} median {wall[0]:8.1f} ms {' ' * 24} CPU {cpu[0]:6.1f} ms")
    wall, cpu = milliseconds(lambda n: record_one(archive, n + 1), 20)
    times = f"median {statistics.median(wall):8.1f} ms {' ' * 24} CPU {statistics.median(cpu):6.1f} ms"
    print(f"  {'recording a version':<40} {times}", flush=True)
    return reached


def record_one(archive: Archive, policy_id: int) -> None:
    """Record one more version of a policy in the same way as a run."""
    chance = random.Random(f"{SEED}-{policy_id}")  # noqa: S311 - no secret
    name = f"Lending library {policy_id}"
    *_, (written, _) = texts(chance, "en", name, 1)
    with archive.reading() as session:
        query = select(func.max(VersionRow.number)).join(PolicyRow, PolicyRow.id == VersionRow.policy_id)
        against = session.scalar(query.where(PolicyRow.name == name))
    fresh = replace(written, title=f"{time.perf_counter_ns()}")
    fetch = Fetch(
        name, datetime.now(UTC), 200, final_url="https://library.example/privacy", headers=(), body=to_json(fresh)
    )
    judged = Comparison(changed=True)
    assessment = Assessment("changed", document=fresh, identity="generic 1", comparison=judged)
    record(archive, AssessedFetch(fetch, assessment, against), datetime.now(UTC))


def disk(archive: Archive) -> int:
    """Return the size of the database in bytes."""
    with archive.reading() as session:
        if archive.engine.dialect.name == "postgresql":
            return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages, size = (session.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("page_count", "page_size"))
        return int(pages) * int(size)


def built(url: str, policies: int, versions_each: int, *, searchable: bool = True) -> Archive:
    """Return an archive with this number of policies and versions.

    If the archive is empty, the policies are written first.
    """
    archive = open_archive(url)
    empty = disk(archive)
    with archive.reading() as session:
        stands = session.scalar(select(func.count(PolicyRow.id)))
    if stands:
        print(f"{archive.engine.dialect.name}: {stands} policies stand", flush=True)
        return archive
    began, cpu = time.perf_counter(), time.process_time()
    Builder(archive, versions_each, searchable=searchable).build(policies)
    analyse(archive)
    took, size = time.perf_counter() - began, disk(archive) - empty
    print(
        f"{archive.engine.dialect.name}: {policies} policies x {versions_each} versions, built in {took:.0f} s "
        f"({time.process_time() - cpu:.0f} CPU s); "
        f"{size / 1e6:.0f} MB, {size / policies / versions_each:.0f} bytes a version",
        flush=True,
    )
    return archive


def analyse(archive: Archive) -> None:
    """Make PostgreSQL collect statistics and clean up now. Otherwise its background service would do this some minutes
    later, during the measurements.
    """
    if archive.engine.dialect.name == "postgresql":
        with archive.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark. Return 1 if one of the four queries that have a target misses it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="(10000)")
    parser.add_argument("--versions", type=int, default=20, help="of each policy (20)")
    parser.add_argument("--questions", type=int, default=40, help="of each kind (40)")
    parser.add_argument("--database", help="URL of an empty archive, or of one that this program built")
    asked = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{folder}/archive.db"
        with built(url, asked.policies, asked.versions) as archive:
            return 0 if report(archive, asked.policies, asked.versions, asked.questions) else 1


if __name__ == "__main__":
    sys.exit(main())
