"""Makes hostile repositories.

A hostile repository tries to make git run a program, open a connection, wait forever, or fill the memory. The programs
in these repositories only write a marker file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clausewatch.recorded import Commit, repository

FIRST = datetime(2022, 5, 3, 8, tzinfo=UTC)
PATH = "Harbour/Privacy Policy.md"
TEXT = "# Privacy notice of the harbour\n\nWe share your personal data with the pilots only.\n"
SURROUNDINGS = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@dataclass(frozen=True, slots=True)
class Trap:
    """A repository with two versions, and methods to make the repository hostile."""

    folder: Path
    marker: Path
    """File that the programs write. If it exists, a program ran."""
    port: int
    """Port of a server on loopback that notices connections."""

    @property
    def program(self) -> Path:
        """Write the program, and return its path."""
        path = self.folder.parent / "program.sh"
        path.write_text(f"#!/bin/sh\necho ran >> '{self.marker}'\nexit 1\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def git(self, *words: str, stdin: bytes = b"") -> str:
        """Run a git command to make the repository."""
        command = ["git", "-C", str(self.folder), *words]
        return subprocess.run(command, input=stdin, check=True, env=SURROUNDINGS, capture_output=True).stdout.decode()

    def configure(self, **settings: str | Path) -> None:
        """Set keys of the repository's configuration. In a key, `__` stands for a dot."""
        for key, value in settings.items():
            self.git("config", key.replace("__", "."), str(value))

    def lose_texts(self) -> None:
        """Remove all blobs, as in a partial clone."""
        for line in self.git("cat-file", "--batch-all-objects", "--batch-check").splitlines():
            name, kind, _ = line.split()
            if kind == "blob":
                (self.folder / ".git" / "objects" / name[:2] / name[2:]).unlink()

    def commit(self, kind: str, body: bytes) -> None:
        """Write an object without git's checks. If the object is a commit, make the branch point to it."""
        name = self.git("hash-object", "-w", "--literally", "-t", kind, "--stdin", stdin=body).strip()
        if kind == "commit":
            (self.folder / ".git" / "refs" / "heads" / "main").write_text(f"{name}\n", encoding="ascii")


def trap(folder: Path, port: int) -> Trap:
    """Make a harmless repository with two versions. Each object of the repository is in its own file."""
    commits = (
        Commit(FIRST + timedelta(days=day), PATH, TEXT + f"\n\nSince day {day}.\n", f"Record {day}") for day in range(2)
    )
    made = Trap(repository(folder / "versions", commits), folder / "marker", port)
    packs = made.folder / ".git" / "objects" / "pack"
    for pack in list(packs.glob("*.pack")):
        outside = folder / pack.name
        shutil.move(pack, outside)
        made.git("unpack-objects", "-q", stdin=outside.read_bytes())
    shutil.rmtree(packs)
    packs.mkdir()
    return made


def signatures(made: Trap, **settings: str | Path) -> None:
    """Sign the last commit, and configure that git shows signatures. To check a signature, git runs a program."""
    made.configure(log__showSignature="true", **settings)
    body = made.git("cat-file", "commit", "HEAD")
    head, _, message = body.partition("\n\n")
    kind = "SSH" if "gpg__format" in settings else "PGP"
    signature = f"gpgsig -----BEGIN {kind} SIGNATURE-----\n \n AAAA\n -----END {kind} SIGNATURE-----"
    made.commit("commit", f"{head}\n{signature}\n\n{message}".encode())


def lazy_fetch(made: Trap, url: str, **settings: str | Path) -> None:
    """Remove the texts, and make git believe that a remote has them."""
    made.lose_texts()
    made.configure(
        core__repositoryformatversion="1",
        extensions__partialClone="origin",
        remote__origin__url=url,
        remote__origin__promisor="true",
        protocol__allow="always",
        **settings,
    )
    (made.folder / ".git" / "objects" / "pack" / "pack-0.promisor").touch()


def textconv(made: Trap) -> None:
    """Write attributes that make git call programs, for example a filter, for all texts."""
    (made.folder / ".git" / "info" / "attributes").write_text("*.md diff=x filter=x\n", encoding="utf-8")
    program = made.program
    made.configure(diff__x__textconv=program, diff__x__command=program, diff__external=program, diff__x__binary="true")
    made.configure(filter__x__smudge=program, filter__x__clean=program, filter__x__required="true")


def hooks(made: Trap) -> None:
    """Write a program as several of git's hooks."""
    folder = made.folder / ".git" / "hooks"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "update"):
        shutil.copy(made.program, folder / name)
    made.configure(core__hooksPath=folder)


def included(made: Trap) -> None:
    """Make the repository's configuration include another file, in which a program is configured."""
    other = made.folder.parent / "other.config"
    other.write_text(f"[gpg]\nprogram = {made.program}\n", encoding="utf-8")
    signatures(made, include__path=other)


def borrowed(made: Trap) -> None:
    """Make the repository use the objects of a different folder, and name a program that lists the references of that
    folder."""
    (made.folder / ".git" / "objects" / "info" / "alternates").write_text("/nowhere\n", encoding="utf-8")
    made.configure(core__alternateRefsCommand=made.program, core__alternateRefsPrefixes="refs")


def pipe(made: Trap, *place: str) -> None:
    """Put a pipe in place of a file. A program that opens the pipe waits forever."""
    path = made.folder.joinpath(".git", *place)
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)


def commit_as_a_pipe(made: Trap) -> None:
    """Put a pipe in place of the object of the last commit."""
    name = made.git("rev-parse", "HEAD").strip()
    pipe(made, "objects", name[:2], name[2:])


def replaced(made: Trap) -> None:
    """Replace the last commit with a different commit."""
    signatures(made)
    old, new = made.git("rev-parse", "HEAD~0").strip(), made.git("rev-parse", "HEAD^").strip()
    made.git("replace", "-f", old, new)


def linked(made: Trap) -> None:
    """Make the folder of objects a link to a different folder."""
    objects = made.folder / ".git" / "objects"
    elsewhere = made.folder.parent / "elsewhere"
    shutil.move(objects, elsewhere)
    objects.symlink_to(elsewhere)


def spoil(made: Trap, content: bytes, kind: str = "blob") -> None:
    """Overwrite all objects of a kind."""
    for line in made.git("cat-file", "--batch-all-objects", "--batch-check").splitlines():
        name, found, _ = line.split()
        if found == kind:
            path = made.folder / ".git" / "objects" / name[:2] / name[2:]
            path.chmod(0o644)
            path.write_bytes(content)


def tree(made: Trap, mode: str, name: bytes, target: str | None = None) -> None:
    """Commit a file of any mode and name."""
    blob = target or made.git("rev-parse", f"HEAD:{PATH}").strip()
    entry = f"{mode} ".encode() + name + b"\0" + bytes.fromhex(blob)
    inner = made.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin", stdin=entry).strip()
    outer = b"40000 Harbour\0" + bytes.fromhex(inner)
    made_tree = made.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin", stdin=outer).strip()
    made.commit("commit", f"tree {made_tree}\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1 +0\n\nx\n".encode())


def said(made: Trap, author: str, message: str = "Record new changes") -> None:
    """Commit the same files again with this author line and this message."""
    root = made.git("rev-parse", "HEAD^{tree}").strip()
    made.commit("commit", f"tree {root}\nauthor {author}\ncommitter A <a@b> 1 +0000\n\n{message}\n".encode())


def large(made: Trap) -> None:
    """Commit a text of 60 MB. In the repository, the compressed text has only a few kilobytes."""
    blob = made.git("hash-object", "-w", "--stdin", stdin=b" " * 60_000_000).strip()
    tree(made, "100644", b"Privacy Policy.md", blob)


def many(made: Trap) -> None:
    """Commit a folder with so many files that listing them needs a lot of memory."""
    blob = made.git("rev-parse", f"HEAD:{PATH}").strip()
    entries = b"".join(b"100644 %07d.md\0" % number + bytes.fromhex(blob) for number in range(8_000))
    inner = made.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin", stdin=entries).strip()
    outer = b"40000 Harbour\0" + bytes.fromhex(inner)
    root = made.git("hash-object", "-w", "--literally", "-t", "tree", "--stdin", stdin=outer).strip()
    made.commit("commit", f"tree {root}\nauthor A <a@b> 1700000000 +0000\ncommitter A <a@b> 1 +0\n\nx\n".encode())


def write(made: Trap, name: str, text: str) -> None:
    """Change the contents of one of git's own files."""
    (made.folder / ".git" / name).write_text(text, encoding="latin-1")


def mailmap(made: Trap) -> None:
    """Put a pipe in place of the mailmap, the file with other names of authors."""
    pipe(made, "mailmap")
    made.configure(mailmap__file=".git/mailmap")


def references(made: Trap) -> None:
    """Make HEAD refer to a branch that is missing, so that git looks for it in the file of packed references. This file
    is a pipe.
    """
    write(made, "HEAD", "ref: refs/heads/gone\n")
    pipe(made, "packed-refs")


def listener(made: Trap) -> str:
    """Return the address of the server on loopback that notices connections."""
    return f"http://127.0.0.1:{made.port}/x"


REPOSITORIES: Mapping[str, Callable[[Trap], None]] = {
    "gpg program": lambda made: signatures(made, gpg__program=made.program),
    "gpg program for OpenPGP": lambda made: signatures(made, gpg__openpgp__program=made.program),
    "gpg program for SSH": lambda made: signatures(
        made, gpg__format="ssh", gpg__ssh__program=made.program, gpg__ssh__allowedSignersFile="/dev/null"
    ),
    "included configuration": included,
    "fetch through a command": lambda made: lazy_fetch(made, f"ext::{made.program} %S", protocol__ext__allow="always"),
    "fetch with an upload program": lambda made: lazy_fetch(
        made, str(made.folder), remote__origin__uploadpack=made.program
    ),
    "fetch through ssh": lambda made: lazy_fetch(made, "ssh://127.0.0.1/x", core__sshCommand=made.program),
    "fetch through http": lambda made: lazy_fetch(made, listener(made)),
    "fetch with a credential helper": lambda made: lazy_fetch(
        made, listener(made), credential__helper=f"!{made.program}", core__askPass=made.program
    ),
    "fetch through a git proxy": lambda made: lazy_fetch(
        made, f"git://127.0.0.1:{made.port}/x", core__gitProxy=made.program
    ),
    "fetch through a remote helper": lambda made: lazy_fetch(made, "x", remote__origin__vcs="ext"),
    "file-system monitor": lambda made: made.configure(core__fsmonitor=made.program),
    "hooks": hooks,
    "pager": lambda made: made.configure(core__pager=made.program, pager__log=made.program),
    "aliases": lambda made: made.configure(alias__log=f"!{made.program}"),
    "textconv and filters": textconv,
    "borrowed objects": borrowed,
    "editor and browser": lambda made: made.configure(core__editor=made.program, web__browser=made.program),
    "mailmap as a pipe": mailmap,
    "configuration as a pipe": lambda made: pipe(made, "config"),
    "configuration that is none": lambda made: write(made, "config", "\xff[\0"),
    "HEAD as a pipe": lambda made: pipe(made, "HEAD"),
    "a pack as a pipe": lambda made: pipe(made, "objects", "pack", "pack-1.idx"),
    "a commit graph as a pipe": lambda made: pipe(made, "objects", "info", "commit-graph"),
    "a commit as a pipe": commit_as_a_pipe,
    "references as a pipe": references,
    "objects elsewhere": linked,
    "replaced commits": replaced,
    "HEAD out of the repository": lambda made: write(made, "HEAD", "ref: refs/../../../secret\n"),
    "HEAD of another shape": lambda made: write(made, "HEAD", "ref: /etc/passwd\n"),
    "HEAD as an option": lambda made: write(made, "HEAD", "--output=marker\n"),
    "HEAD in a circle": lambda made: write(made, "refs/heads/main", "ref: refs/heads/main\n"),
    "HEAD to nothing": lambda made: write(made, "HEAD", "f" * 40),
    "a damaged text": lambda made: spoil(made, b"garbage"),
    "a text with another size": lambda made: spoil(made, zlib.compress(b"blob 900000000\0x")),
    "a damaged commit": lambda made: spoil(made, zlib.compress(b"commit 3\0abc"), "commit"),
    "a damaged tree": lambda made: spoil(made, zlib.compress(b"tree 3\0abc"), "tree"),
    "a shallow file that is none": lambda made: write(made, "shallow", "x\n"),
    "a text of 60 MB": large,
    "8,000 documents": many,
    "a link": lambda made: tree(made, "120000", b"Privacy Policy.md"),
    "another repository": lambda made: tree(made, "160000", b"Privacy Policy.md"),
    "a name with escapes": lambda made: tree(made, "100644", b"\x1b]0;x\x07\xff.md"),
    "a name with a line break": lambda made: tree(made, "100644", b"a\nb:c.md"),
    "a date past every calendar": lambda made: said(made, "A <a@b> 99999999999999 +0000"),
    "a date before every calendar": lambda made: said(made, "A <a@b> -99999999999999 +0000"),
    "a date that is none": lambda made: said(made, "A <a@b> soon"),
    "a date to come": lambda made: said(made, "A <a@b> 7258118400 +0000"),
    "no author": lambda made: said(made, ""),
    "a subject of 2 MB": lambda made: said(made, "A <a@b> 1700000000 +0000", "x" * 2_000_000),
    "a subject like a change": lambda made: said(made, "A <a@b> 1700000000 +0000", ":100644 100644 a b M"),
}
"""Functions that make a repository hostile, by the name of the trap."""
