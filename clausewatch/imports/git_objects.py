"""Reads the commits and files of a git repository without running programs that the repository names.

A repository's configuration can make git run programs, for example to check signatures or to fetch missing objects.
Other files of a repository can make git read files outside of it. So git works in a temporary folder with our own
configuration. From the repository, it gets only the objects.
"""

from __future__ import annotations

import os
import re
import resource
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from clausewatch.errors import ClausewatchError, ExitCode

MEMORY = 256_000_000
"""Maximum number of bytes that git may allocate. Pack files that are mapped into memory do not count."""

CPU_TIME = 600
"""Maximum CPU time of one git command in seconds."""

LONGEST_FIELD = 65_536
"""Maximum size in bytes of one field in git's output, such as a commit's subject."""

LARGEST_REFS = 16_000_000
"""Maximum size in bytes of a file with references."""

AT_ONCE = 64
"""Maximum number of files that are requested from git at once."""

COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

CONFIGURATION = """\
[core]
bare = true
repositoryFormatVersion = {version}
commitGraph = false
multiPackIndex = false
packedGitWindowSize = 16m
packedGitLimit = 128m
deltaBaseCacheLimit = 32m
[extensions]
{extensions}
"""
"""Our configuration for git. The commit graph and the multi-pack index are not used, because they could contradict the
commits.
"""


class RepositoryError(ClausewatchError):
    """The repository cannot be read, or it does not contain a requested object."""

    exit_code = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class GitObjects:
    """The objects of a repository, and the commit to which its HEAD points."""

    repository: Path
    workplace: Path
    """The temporary folder in which git works."""
    head: str

    def log(self, *options: str) -> Iterator[bytes]:
        """Yield the fields that `git log` prints, newest commit first.

        In git's output, NUL separates them. Raises RepositoryError.
        """
        with self._git("log", *options, self.head, "--") as git:
            yield from self._fields(_stream(git.stdout))

    def contents(self, names: Iterable[str], largest: int) -> Iterator[bytes]:
        """Yield the contents of the files with these object names, one at a time.

        Raises RepositoryError, also if a file has more than `largest` bytes.
        """
        with self._git("cat-file", "--batch-command") as git:
            asked, answer = _stream(git.stdin), _stream(git.stdout)
            waiting = iter(names)
            while batch := list(islice(waiting, AT_ONCE)):
                self._ask(asked, "info", batch)
                for name, size in [(name, self._size(name, answer)) for name in batch]:
                    if size > largest:
                        raise RepositoryError(f"{self.repository}: file {name} has {size:,} bytes; at most {largest:,}")
                self._ask(asked, "contents", batch)
                for name in batch:
                    yield self._content(name, answer)

    def _ask(self, asked: IO[bytes], command: str, names: Sequence[str]) -> None:
        """Send several requests to git at once.

        The requests must fit into a pipe. Otherwise this program and git could wait for each other for ever.
        """
        try:
            os.write(asked.fileno(), "".join(f"{command} {name}\n" for name in names).encode())
        except BrokenPipeError as error:
            raise RepositoryError(f"{self.repository}: git ended before it gave file {names[0]}") from error

    def _size(self, name: str, answer: IO[bytes]) -> int:
        """Read the size of a requested file in bytes from git's answer."""
        _, *facts = answer.readline(LONGEST_FIELD).split() or [b""]
        if len(facts) == 2 and facts[0] == b"blob" and facts[1].isdigit():
            return int(facts[1])
        raise RepositoryError(f"{self.repository}: git has no file {name}: is the clone complete, without --filter?")

    def _content(self, name: str, answer: IO[bytes]) -> bytes:
        size = self._size(name, answer)
        content = answer.read(size)
        if len(content) != size or answer.read(1) != b"\n":
            raise RepositoryError(f"{self.repository}: git broke off in file {name}")
        return content

    def _fields(self, output: IO[bytes]) -> Iterator[bytes]:
        rest = b""
        while chunk := output.read(LONGEST_FIELD):
            *fields, rest = (rest + chunk).split(b"\0")
            yield from fields
            if len(rest) > LONGEST_FIELD:
                raise RepositoryError(f"{self.repository}: a commit's subject has more than {LONGEST_FIELD:,} bytes")

    @contextmanager
    def _git(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """Run git during a `with` block, and end git after the block. Raises RepositoryError if git fails."""
        with TemporaryFile() as errors:
            command = ["git", "--no-pager", "--literal-pathspecs", *arguments]
            try:
                git = subprocess.Popen(  # noqa: S603 - no shell, and no words of the repository
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=self._environment(),
                )
            except FileNotFoundError:
                raise RepositoryError("git is not installed: on Debian, apt-get install git") from None
            with git:
                resource.prlimit(git.pid, resource.RLIMIT_DATA, (MEMORY, MEMORY))
                resource.prlimit(git.pid, resource.RLIMIT_CPU, (CPU_TIME, CPU_TIME))
                try:
                    yield git
                except BaseException:
                    git.kill()
                    raise
                _stream(git.stdin).close()
            if git.returncode:
                errors.seek(0)
                raise RepositoryError(f"{self.repository}: git cannot read it: {_last(errors, git.returncode)}")

    def _environment(self) -> dict[str, str]:
        """Return the environment variables for git. They make git ignore the settings of the user and of the system."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LC_ALL": "C",
            "HOME": str(self.workplace),
            "GIT_DIR": str(self.workplace),
            "GIT_OBJECT_DIRECTORY": str(_objects(self.repository)),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",
            "GIT_TERMINAL_PROMPT": "0",
        }


@contextmanager
def git_objects(repository: Path) -> Iterator[GitObjects]:
    """Open the objects of a repository for reading. Raises RepositoryError."""
    folder = _git_folder(repository)
    _require_plain_files(repository, folder / "objects")
    head = _head(repository, folder)
    sha256 = len(head) > 40
    with TemporaryDirectory(prefix="clausewatch-git-") as place:
        workplace = Path(place)
        for name in ("objects", "refs"):
            (workplace / name).mkdir()
        (workplace / "HEAD").write_text(f"{head}\n", encoding="ascii")
        extensions = "objectFormat = sha256" if sha256 else ""
        (workplace / "config").write_text(
            CONFIGURATION.format(version=int(sha256), extensions=extensions), encoding="ascii"
        )
        shallow = _text(folder / "shallow", LARGEST_REFS).split()
        if shallow and all(map(COMMIT.fullmatch, shallow)):
            (workplace / "shallow").write_text("".join(f"{commit}\n" for commit in shallow), encoding="ascii")
        yield GitObjects(repository, workplace, head)


def _git_folder(repository: Path) -> Path:
    own = repository / ".git"
    return own if own.is_dir() else repository


def _objects(repository: Path) -> Path:
    return (_git_folder(repository) / "objects").absolute()


def _require_plain_files(repository: Path, objects: Path) -> None:
    """Raise RepositoryError if the folder of objects contains links or pipes, or if it uses objects of another
    repository.

    Git would read files outside of the repository, or wait for ever.
    """
    if not objects.is_dir() or objects.is_symlink():
        raise RepositoryError(f"{repository}: git cannot read it: there is no folder {objects}")
    for folder, folders, files in os.walk(objects):
        for path in (Path(folder) / name for name in (*folders, *files)):
            kind = path.lstat().st_mode
            if not (stat.S_ISDIR(kind) or stat.S_ISREG(kind)):
                raise RepositoryError(f"{path} is neither a file nor a folder; clone the repository again")
    if (objects / "info" / "alternates").exists():
        raise RepositoryError(
            f"{repository} borrows objects of another repository; clone it with --dissociate, or without --shared"
        )


def _head(repository: Path, folder: Path) -> str:
    """Return the commit to which HEAD points. It is read from the files of the repository, without git."""
    named = _text(folder / "HEAD", LONGEST_FIELD).strip()
    reference = named.removeprefix("ref:").strip()
    if reference != named:
        if not re.fullmatch(r"refs/(?!.*\.\.)[^\0\n]+", reference):
            raise RepositoryError(f"{repository}: git cannot read it: HEAD names no branch")
        named = _text(folder / reference, LONGEST_FIELD).strip() or _packed(folder, reference)
    if COMMIT.fullmatch(named):
        return named
    raise RepositoryError(f"{repository}: git cannot read it: HEAD leads to no commit")


def _packed(folder: Path, reference: str) -> str:
    lines = (line.split() for line in _text(folder / "packed-refs", LARGEST_REFS).splitlines())
    return next((words[0] for words in lines if words[1:] == [reference]), "")


def _text(path: Path, largest: int) -> str:
    """Return at most `largest` bytes of a file as text; "" if the file does not exist or is not a plain file."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return file.read(largest).decode("utf-8", "replace")
    except OSError as error:
        raise RepositoryError(f"{path} cannot be read: {error.strerror}") from error


def _stream(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("git was started without pipes")
    return pipe


def _last(errors: IO[bytes], status: int) -> str:
    """Return the last line of git's error output. If git printed nothing, return a phrase with its exit status."""
    lines = errors.read(LONGEST_FIELD).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"it ended with {status}"
