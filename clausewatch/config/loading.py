"""Loads the configuration file, or reports all its problems."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from archive.model import Policy
from clausewatch.config.channels import ChannelCheck, check_channels
from clausewatch.config.checks import check_channel_names, check_clauses, check_names, check_policies, check_subscribers
from clausewatch.config.databases import DatabaseAddressError, resolved_database
from clausewatch.config.desk_table import DeskTable
from clausewatch.config.model import Configuration, HeadList, Stamping, Watchdog
from clausewatch.config.problems import Problems
from clausewatch.config.profiles import bundled_profiles, read_tailorings
from clausewatch.config.secrets import Redactor
from clausewatch.config.subscriber_table import SubscriberTable
from clausewatch.config.tables import (
    FULL_CRAWL_TABLE,
    CrawlTable,
    EvidenceTable,
    FileTable,
    MessagesTable,
    PolicyTable,
    ReviewTable,
    Table,
    WatchdogTable,
)
from clausewatch.config.variables import EnvFileError, Interpolation, read_env_file
from clausewatch.errors import ConfigurationError
from document.model import ExtractionOptions
from notifier.audience.subscriptions import Channel

T = TypeVar("T", bound=Table)

_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|(end of document))\)", re.DOTALL)


def load(
    path: Path, environment: Mapping[str, str] | None = None, check_channel: ChannelCheck | None = None
) -> Configuration:
    """Return the configuration in a file. If `environment` is not given, variables are read from this process's
    environment.

    If `check_channel` is given, the addresses of the channels are checked with this function. Raises
    ConfigurationError, which lists all problems.
    """
    data = _parse(path)
    problems = Problems(data)
    variables = os.environ if environment is None else environment
    reading = _Reading(path.absolute().parent, variables, problems, check_channel=check_channel)
    configuration = reading.configuration(path.absolute(), data)
    sentences = problems.sentences(Redactor(reading.used))
    if sentences or configuration is None:
        raise ConfigurationError(str(path), sentences)
    return configuration


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        fix = "there is no such file; `clausewatch init` writes one, `--config` names another"
        raise ConfigurationError(str(path), [fix]) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(str(path), [f"is not UTF-8 text (byte {error.start}): save it as UTF-8"]) from error
    except OSError as error:
        raise ConfigurationError(str(path), [f"cannot be read: {error.strerror}"]) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(str(path), [_syntax_problem(str(error))]) from error


def _syntax_problem(message: str) -> str:
    match = _TOML_PLACE.fullmatch(message)
    if match is None:
        return f"is not TOML: {message}"
    location = "at its end" if match[4] else f"line {match[2]}, column {match[3]}"
    return f"{location}: is not TOML: {match[1]}"


@dataclass
class _Reading:
    """The state while one file is read."""

    base: Path
    """The folder of the configuration file. Relative paths in the file begin there."""
    environment: Mapping[str, str]
    problems: Problems
    _: KW_ONLY
    check_channel: ChannelCheck | None
    env_file: Path | None = None
    used: Mapping[str, str] = field(default_factory=dict)

    def configuration(self, path: Path, data: dict[str, Any]) -> Configuration | None:
        """Return the configuration. Return None if the archive's URL is invalid. Problems are added to `problems`."""
        filled = self._fill(data)
        top = self.problems.table(filled, (), FileTable) or FileTable.model_construct(**_sound_keys(filled))
        crawl = self.problems.table(top.crawl, ("crawl",), FULL_CRAWL_TABLE) or FULL_CRAWL_TABLE()
        messages = self.problems.table(top.messages, ("messages",), MessagesTable) or MessagesTable()
        evidence = self.problems.table(top.evidence, ("evidence",), EvidenceTable) or EvidenceTable()
        watchdog = self.problems.table(top.watchdog, ("watchdog",), WatchdogTable) or WatchdogTable()
        review = self.problems.table(top.review_within, ("review_within",), ReviewTable) or ReviewTable()
        desk = self.problems.table(top.desk, ("desk",), DeskTable) or DeskTable()
        policies = self._tables(top.policy, "policy", PolicyTable)
        subscribers = self._tables(top.subscriber, "subscriber", SubscriberTable)
        tailorings = read_tailorings(top.profile, self.problems)
        check_names("policy", top.policy, self.problems)
        check_names("subscriber", top.subscriber, self.problems)
        check_channel_names(top.channels, self.problems)
        check_policies(top.policy, top.profile, self.problems)
        check_subscribers(top.subscriber, top.channels, top.policy, self.problems)
        profiles = bundled_profiles() | {tailoring.name: tailoring.profile() for tailoring in tailorings}
        check_clauses(top.subscriber, profiles, self.problems)
        if self.check_channel is not None:
            check_channels(self.check_channel, top.channels, top.subscriber, self.problems)
        database = self._database(top.database)
        if database is None:
            return None
        return Configuration(
            path=path,
            database=database,
            written_database=str(data.get("database", top.database)),
            busy_timeout=top.busy_timeout,
            search_timeout=top.search_timeout,
            inventory_lot=top.inventory_lot,
            database_group=top.database_group,
            policies=tuple(_policy(table, crawl) for _, table in policies),
            subscribers=tuple(table.subscriber() for _, table in subscribers),
            channels=tuple(Channel(name, url) for name, url in top.channels.items()),
            crawl=crawl.settings(),
            templates=self._templates(messages.templates),
            roundup_from=messages.roundup_from,
            stamping=self._stamping(evidence),
            head_list=self._head_list(evidence),
            retention=evidence.retention(),
            watchdog=Watchdog(**dict(watchdog)),
            review_times=review.times(),
            desk=desk.settings(),
            profiles=profiles,
            tailorings=tailorings,
            env_file=self.env_file,
            redacted=Redactor(self.used),
            from_environment=tuple(name for name in self.used if name in self.environment),
        )

    def _fill(self, data: dict[str, Any]) -> dict[str, Any]:
        variables = {**self._env_file(data.get("env_file")), **self.environment}
        where = f"the environment or in {self.env_file}" if self.env_file else "the environment, or name an `env_file`"
        filling = Interpolation(variables, where)
        self.used = filling.used
        filled: dict[str, Any] = filling.fill(data)
        for location, sentences in filling.problems.items():
            self.problems.add(location, "; ".join(sentences))
        return filled

    def _env_file(self, name: object) -> dict[str, str]:
        if not isinstance(name, str) or not name:
            return {}
        path = self.base / name
        try:
            variables = read_env_file(path)
        except EnvFileError as error:
            self.problems.add(("env_file",), str(error))
            return {}
        self.env_file = path
        return variables

    def _templates(self, name: str | None) -> Path | None:
        if name is None:
            return None
        folder = self.base / name
        if not folder.is_dir():
            self.problems.add(("messages", "templates"), f"there is no folder {folder}")
        return folder

    def _stamping(self, table: EvidenceTable) -> Stamping | None:
        if table.timestamp is None or table.timestamp_ca is None:
            return None
        certificates = self.base / table.timestamp_ca
        if not certificates.is_file():
            self.problems.add(("evidence", "timestamp_ca"), f"there is no file {certificates}")
        return Stamping(table.timestamp, certificates, table.timestamp_every, timeout=table.timestamp_timeout)

    def _head_list(self, table: EvidenceTable) -> HeadList | None:
        if table.heads_file is None:
            return None
        file, key = self.base / table.heads_file, None if table.heads_key is None else self.base / table.heads_key
        if not file.parent.is_dir():
            self.problems.add(("evidence", "heads_file"), f"there is no folder {file.parent}")
        if key is not None and not key.is_file():
            self.problems.add(("evidence", "heads_key"), f"there is no file {key}")
        return HeadList(file, key)

    def _database(self, url: str) -> str | None:
        try:
            return resolved_database(url, self.base)
        except DatabaseAddressError as error:
            self.problems.add(("database",), str(error))
            return None

    def _tables(self, tables: list[dict[str, Any]], key: str, shape: type[T]) -> list[tuple[int, T]]:
        read = [
            (position, self.problems.table(values, (key, position), shape)) for position, values in enumerate(tables)
        ]
        return [(position, table) for position, table in read if table is not None]


def _sound_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return those top-level keys whose values have the right type. Their contents can be checked even if another key
    is invalid.
    """
    tables: dict[str, type] = {
        "crawl": dict,
        "channels": dict,
        "messages": dict,
        "evidence": dict,
        "watchdog": dict,
        "review_within": dict,
        "desk": dict,
        "profile": dict,
        "policy": list,
        "subscriber": list,
    }
    shapes = {"database": str, **tables}
    sound = {key: values[key] for key, shape in shapes.items() if isinstance(values.get(key), shape)}
    for key in ("policy", "subscriber"):
        sound[key] = [table for table in sound.get(key, []) if isinstance(table, dict)]
    return sound


def _policy(table: PolicyTable, crawl: CrawlTable) -> Policy:
    return Policy(
        name=table.name,
        url=table.addresses[0],
        every=crawl.every if table.every is None else table.every,
        options=ExtractionOptions(
            table.languages, table.select, table.remove, table.render, further=table.addresses[1:]
        ),
        profile=table.profile,
        tags=table.tags,
        renamed_from=table.renamed_from,
        owner=table.owner or "",
        paused=table.paused,
        new=table.new,
        looks=crawl.looks(),
    )
