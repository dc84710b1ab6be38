"""Lists the guards that `tests/test_guards.py` removes, with the tests that must then fail."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Guard:
    """Code that protects something, the code that replaces it in a test, and the tests that must then fail."""

    name: str
    file: str
    written: str
    instead: str
    _: KW_ONLY
    tests: str
    chosen: str = ""
    """An expression for `pytest -k` that selects tests. If it is empty, all tests of the file run."""


EXPORTS, IMPORTS = "tests/clausewatch/exports/", "tests/clausewatch/imports/"
DATABASE = "tests/archive/evidence/test_database_verification.py"

GUARDS = (
    Guard(
        "YAML aliases",
        "clausewatch/imports/urlwatch.py",
        "isinstance(event, yaml.AliasEvent)",
        "False",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="alias",
    ),
    Guard(
        "depth of JSON",
        "clausewatch/imports/nesting.py",
        "        if depth > DEEPEST:",
        "        if False:",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="nested",
    ),
    Guard(
        "rows of the zip and their entries",
        "clausewatch/exports/check.py",
        'def require(holds: bool, what: str) -> None:\n    """',
        'def require(holds: bool, what: str) -> None:\n    return\n    """',
        tests=f"{EXPORTS}test_altered_evidence.py",
    ),
    Guard(
        "the schema",
        "archive/evidence/database_verification.py",
        "        yield from _sqlite_schema(connection)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "the database's own check",
        "archive/evidence/database_verification.py",
        "        yield from _sqlite_pages(connection)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "searched sections",
        "archive/evidence/content_verification.py",
        "        yield from self._searched(text, document)\n",
        "",
        tests=DATABASE,
        chosen="sqlite",
    ),
    Guard(
        "a sealed row",
        "archive/evidence/verification.py",
        "hashlib.sha256(content).hexdigest() == sealed.pop(row_id)",
        "sealed.pop(row_id)",
        tests="tests/clausewatch/questions/test_verify.py",
    ),
    Guard(
        "an entry after a kept head",
        "archive/evidence/verification.py",
        "_previous=begin.hash, _sequence",
        "_previous=None, _sequence",
        tests="tests/clausewatch/questions/test_verify.py",
    ),
    Guard(
        "a row that comes back different",
        "archive/storage/sealing.py",
        "            if stored[name] != value and not removed:",
        "            if False:",
        tests=DATABASE,
    ),
    Guard(
        "lines of a list of heads",
        "clausewatch/operation/head_list.py",
        '    if facts["previous"] != previous:',
        "    if False:",
        tests="tests/clausewatch/operation/test_head_list.py",
    ),
    Guard(
        "signatures of heads",
        "clausewatch/operation/head_list.py",
        "    if key is not None and not _is_signed(dict(facts), key):",
        "    if False:",
        tests="tests/clausewatch/operation/test_head_list.py",
    ),
    Guard(
        "values of cookies",
        "archive/evidence/warc.py",
        'if name.lower() == "set-cookie" and not cookies:',
        "if False:",
        tests=f"{EXPORTS}test_web_archives.py",
        chosen="cookie",
    ),
    Guard(
        "records of redirects",
        "archive/evidence/warc.py",
        "        for status, url, to in page.redirects:",
        "        for status, url, to in ():",
        tests=f"{EXPORTS}test_web_archives.py",
        chosen="redirect",
    ),
    Guard(
        "formulas after a semicolon",
        "clausewatch/exports/csv_export.py",
        '    text = AFTER_SEPARATOR.sub(r"\\1\'", text)\n',
        "",
        tests=f"{EXPORTS}test_export.py",
    ),
    Guard(
        "who may read",
        "archive/permissions.py",
        "PRIVATE = 0o600",
        "PRIVATE = 0o644",
        tests="tests/archive/upkeep/test_upkeep.py",
    ),
    Guard(
        "passwords in a query",
        "archive/masking.py",
        '_TELLING.sub(rf"\\g<1>{MASK}", _USERINFO.sub(_without_password, url))',
        "_USERINFO.sub(_without_password, url)",
        tests="tests/archive/upkeep/test_upkeep.py",
    ),
    Guard(
        "what a page sends to an intranet",
        "crawler/network/download.py",
        '        if request.method == "GET":',
        "        if True:",
        tests="tests/crawler/middlewares/test_rendering.py",
        chosen="send_nothing",
    ),
    Guard(
        "a host that was opened",
        "crawler/network/address_guard.py",
        "        if key in self._opened:",
        "        if False:",
        tests="tests/crawler/network/test_address_guard.py",
        chosen="private_address_was_allowed",
    ),
    Guard(
        "a repository's own configuration",
        "clausewatch/imports/git_objects.py",
        '"GIT_DIR": str(self.workplace),',
        '"GIT_DIR": str(_git_folder(self.repository)),',
        tests=f"{IMPORTS}test_hostile_repositories.py",
        chosen="pipe and waits",
    ),
    Guard(
        "size of a file in git",
        "clausewatch/imports/git_objects.py",
        "                    if size > largest:",
        "                    if False:",
        tests=f"{IMPORTS}test_hostile_repositories.py",
        chosen="over_the_limit",
    ),
    Guard(
        "depth of YAML",
        "clausewatch/imports/urlwatch.py",
        "        if depth > DEEPEST:",
        "        if False:",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="nested",
    ),
    Guard(
        "size of a list",
        "clausewatch/imports/small_files.py",
        "    if len(content) > largest:",
        "    if False:",
        tests=f"{IMPORTS}test_hostile_lists.py",
        chosen="with_a_reason",
    ),
    Guard(
        "the text of a version in a zip",
        "clausewatch/exports/check.py",
        'require(self._file(f"{folder}/text.txt") == text, ',
        "require(True, ",
        tests=f"{EXPORTS}test_altered_evidence.py",
    ),
    Guard(
        "the versions of a zip",
        "clausewatch/exports/check.py",
        "require(numbers == list(range(max(1, first - 1), last + 1)), ",
        "require(True, ",
        tests=f"{EXPORTS}test_altered_evidence.py",
    ),
    Guard(
        "the visit of a version in a zip",
        "clausewatch/exports/check.py",
        'require(self._file(f"{name}.json") == says, ',
        "require(True, ",
        tests=f"{EXPORTS}test_altered_evidence.py",
    ),
)
