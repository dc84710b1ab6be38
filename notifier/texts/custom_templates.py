"""Fills a user's own templates, which replace ours. This happens in a sandbox and in a process that can be killed.

The user may have copied the templates from anywhere. So a template can read only the templates of its folder, and
cannot call the program. The words of a page are escaped. If a template fails, our template is used instead, and the
reason is reported.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jinja2 import (
    ChoiceLoader,
    DictLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    nodes,
    select_autoescape,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pebble import ProcessExpired, ProcessPool

from notifier.texts.rendering import filters, render
from notifier.texts.sanitize import clipped, inert

OURS = "clausewatch"
"""The folder name of our templates, with which a user's template extends ours: `{% extends "clausewatch/alert.html"
%}`."""

LARGEST = 1_000_000
"""Maximum length of a message, in code points."""

MEMORY = 1_000_000_000
"""Maximum address space, in bytes, of the process that fills templates."""

TIMEOUT = 20.0
"""Time limit for one message, in seconds. After that time, the process is killed."""

SUFFIXES = (".html", ".txt")

FORMER_NAMES = {f"operation{suffix}": f"incident{suffix}" for suffix in SUFFIXES}
"""Former names of our templates, each with its present name. A user's template may have a former name."""


class OwnTemplateError(Exception):
    """A user's template cannot be used. The message names the template and the reason."""


class OwnTemplates:
    """The templates of a folder. If no folder is given, our templates are used. Use an object of this class in a `with`
    statement."""

    def __init__(self, folder: Path | None = None, timeout: float = TIMEOUT) -> None:
        self.folder = folder
        self.timeout = timeout
        self.problems: dict[str, str] = {}
        """Reasons why templates are no longer used, by the template's name."""
        self.sound: set[str] = set()
        """The user's templates that were filled without errors."""
        self._pool: ProcessPool | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it so
            self._pool.join()
            self._pool = None

    def render(self, template: str, shown: dict[str, Any]) -> str:
        """Return a filled template. Use our template if the user has no template with this name, or if the user's
        template fails.
        """
        own = self._own_name(template)
        if own and own not in self.problems:
            try:
                filled = self.filled(own, shown)
            except OwnTemplateError as error:
                self.problems[own] = str(error)
            else:
                self.sound.add(own)
                return filled
        return render(template, shown)

    def _own_name(self, template: str) -> str:
        """Return the name of the user's file for a template, or "" if there is no such file."""
        if self.folder is None:
            return ""
        names = [template, *(former for former, name in FORMER_NAMES.items() if name == template)]
        return next((name for name in names if (self.folder / name).is_file()), "")

    def filled(self, template: str, shown: dict[str, Any]) -> str:
        """Fill the user's template, and return the text with one line break at its end. Raises OwnTemplateError."""
        return self._apart(_filled, template, shown)

    def examine(self) -> None:
        """Parse all templates of the folder. Add the templates with invalid syntax to `problems`."""
        for path in sorted(self.folder.iterdir() if self.folder else ()):
            if path.suffix not in SUFFIXES:
                continue
            try:
                self._apart(_compiled, path.name)
            except OwnTemplateError as error:
                self.problems[path.name] = str(error)

    def _apart(self, work: Callable[..., str], template: str, *shown: dict[str, Any]) -> str:
        """Run a call in the process that can be killed. Raises OwnTemplateError for any failure there."""
        if self._pool is None:
            # With this start method, the process does not inherit our connections and threads.
            self._pool = ProcessPool(1, context=multiprocessing.get_context("forkserver"))
        future: Future[str] = self._pool.schedule(work, args=(str(self.folder), template, *shown), timeout=self.timeout)
        try:
            return future.result()
        except OwnTemplateError:
            raise
        except TimeoutError as error:
            raise OwnTemplateError(f"{template}: it took more than {self.timeout:g} s") from error
        except MemoryError as error:
            raise OwnTemplateError(f"{template}: it took more than {MEMORY / 1e6:g} MB of memory") from error
        except ProcessExpired as error:
            raise OwnTemplateError(f"{template}: the process that rendered it ended unexpectedly") from error
        except Exception as error:  # expressions in a template may raise any exception
            raise OwnTemplateError(f"{template}: {clipped(inert(f'{type(error).__name__}: {error}'), 200)}") from error


def template_names() -> tuple[str, ...]:
    """Return the names of templates that can be replaced."""
    return tuple(PackageLoader("notifier").list_templates())


def stray(folder: Path) -> tuple[str, ...]:
    """Return the files of a folder that no message uses. Files whose name begins with an underscore are left out,
    because templates may include them."""
    files = sorted(path.name for path in folder.iterdir() if path.suffix in SUFFIXES)
    used = {*template_names(), *FORMER_NAMES}
    return tuple(name for name in files if name not in used and not name.startswith("_"))


def renaming_hints(folder: Path) -> tuple[str, ...]:
    """Return hints for files with a former name of a template, with the new name."""
    return tuple(
        f"messages.templates: {former} is now called {name}: rename your file. "
        + ("It is ignored, because both exist." if (folder / name).is_file() else "The former name still works.")
        for former, name in FORMER_NAMES.items()
        if (folder / former).is_file()
    )


def _filled(folder: str, template: str, shown: dict[str, Any]) -> str:
    """Fill a template in this process with limited memory. Raises OwnTemplateError, or any error of the template."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    with _told(template):
        return "".join(_within(template, _environment(folder).get_template(template).generate(shown))).strip() + "\n"


def _compiled(folder: str, template: str) -> str:
    """Parse a template in this process. Raises OwnTemplateError."""
    with _told(template):
        return str(_environment(folder).get_template(template).name)


@contextmanager
def _told(template: str) -> Iterator[None]:
    try:
        yield
    except TemplateSyntaxError as error:
        where = f"{error.name or template}, line {error.lineno}"
        raise OwnTemplateError(f"{where}: {clipped(inert(str(error.message)), 200)}") from None
    except TemplateError as error:
        raise OwnTemplateError(
            f"{template}: {clipped(inert(str(error.message or type(error).__name__)), 200)}"
        ) from None


def _within(template: str, pieces: Iterator[str]) -> Iterator[str]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > LARGEST:
            raise OwnTemplateError(f"{template}: it gave more than {LARGEST:,} characters")
        yield piece


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with automatic escaping."""

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all((nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)):
            raise TemplateSyntaxError("`autoescape` cannot be turned off here", node.lineno, name, filename)
        return tree


@cache
def _environment(folder: str) -> Sandbox:
    ours = PackageLoader("notifier")
    renamed = DictLoader({former: f'{{% extends "{OURS}/{name}" %}}' for former, name in FORMER_NAMES.items()})
    environment = Sandbox(
        # Our templates include each other by their plain names, so they can also be found by these names. A user's
        # template with the same name takes precedence.
        loader=ChoiceLoader([FileSystemLoader(folder), PrefixLoader({OURS: ChoiceLoader([ours, renamed])}), ours]),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    del environment.filters["safe"]
    environment.filters.update(filters())
    return environment
