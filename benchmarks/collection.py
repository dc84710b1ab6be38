"""Measures the peak memory and the duration of a run that checks many policies.

    python benchmarks/collection.py [--policies 10000] [--hosts N] [--runs 2] [--folder FOLDER] [--limit 400]

A server on many loopback addresses gives each policy its own page. The first run records a version of each policy. The
second run finds all policies unchanged. Memory is the sum of the proportional set sizes (PSS) of the run and all its
child processes. In this sum, memory that several processes share counts only once. The sum of the resident set sizes is
also shown. In this second sum, shared memory counts once for each process. With `--limit`, the benchmark fails if the
peak is above the limit in MB.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.processes import family, memory, name

PROJECT = Path(__file__).resolve().parent.parent
PAGE = """<!doctype html><html lang="en"><head><title>Privacy policy</title></head><body><main>
<h1>Privacy policy of orchard {n}</h1>
<p>This policy explains which personal data orchard {n} holds, and what you can ask of us.</p>
<h2>What we collect</h2>{collected}
<h2>Whom we share it with</h2><p>We share your personal data with the carrier who brings apples of row {n}.</p>
<p>We do not share your personal data with advertisers, and we never sell it to anybody.</p>
<h2>Your rights</h2><p>You have the right to access your personal data and to have it corrected or deleted.</p>
<p>You may object to the processing of your personal data at any time; write to data@orchard-{n}.example.</p>
</main><p>{token}</p></body></html>"""
SENTENCE = "<p>We keep your name, your address and the list of what you ordered from tree {tree} of row {n}.</p>"


def page(number: int, token: int) -> bytes:
    """Return the page of a policy. Each visit gets a new token."""
    collected = "".join(SENTENCE.format(tree=tree, n=number) for tree in range(12))
    return PAGE.format(n=number, collected=collected, token=f"<!-- {token:x} -->").encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection."""
    while True:
        line = await reader.readline()
        if not line:
            break
        while (await reader.readline()).strip():
            pass
        path = line.split(b" ")[1].decode().strip("/")
        body = page(int(path), time.monotonic_ns()) if path.isdecimal() else b""
        status = b"200 OK" if path.isdecimal() else b"404 Not Found"
        head = b"Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + head + body)
        await writer.drain()
    writer.close()


def serve(port: multiprocessing.Queue[int]) -> None:
    """Serve on all loopback addresses, and on no other network."""

    async def forever(listening: socket.socket) -> None:
        server = await asyncio.start_server(answer, sock=listening)
        port.put(listening.getsockname()[1])
        await server.serve_forever()

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
        listening.bind(("", 0))
        asyncio.run(forever(listening))


@dataclass
class Peak:
    """Peak memory in bytes of a process together with its child processes."""

    proportional: int = 0
    resident: int = 0
    files: int = 0
    """Maximum number of open files of the main process."""
    processes: dict[str, int] = field(default_factory=dict)
    """The processes at the time of the peak, each with its share of the memory in bytes."""

    def watch(self, pid: int, over: threading.Event) -> None:
        while not over.wait(0.5):
            sizes = {each: memory(each) for each in family(pid)}
            with suppress(psutil.Error):  # the process may just have ended
                self.files = max(self.files, psutil.Process(pid).num_fds())
            self.resident = max(self.resident, sum(resident for _, resident in sizes.values()))
            proportional = sum(share for share, _ in sizes.values())
            if proportional > self.proportional:
                self.proportional = proportional
                self.processes = {f"{name(each)} {each.pid}": share for each, (share, _) in sizes.items()}


def configuration(folder: Path, count: int, hosts: list[str], port: int) -> Path:
    """Write a configuration with this number of policies."""
    crawl = '[crawl]\nevery = "1d"\ndelay = "0 s"\nconcurrency = 16\nallow_private = ["127.0.0.0/8"]\n'
    policies = "".join(
        f'[[policy]]\nname = "Orchard {n}"\nurl = "http://{hosts[n % len(hosts)]}:{port}/{n}"\nlanguages = ["en"]\n'
        for n in range(count)
    )
    path = folder / "clausewatch.toml"
    path.write_text(f"{crawl}\n{policies}", encoding="utf-8")
    return path


def run(path: Path) -> Peak:
    """Run Clausewatch once for all policies, print the cost, and return the peak."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", "clausewatch", "--config", str(path), "run", "--all"]
    running = subprocess.Popen(words, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    peak, over = Peak(), threading.Event()
    watching = threading.Thread(target=peak.watch, args=(running.pid, over))
    watching.start()
    said, _ = running.communicate()
    over.set()
    watching.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(said.strip())
    print(
        f"  peak of all processes {peak.proportional / 1e6:.0f} MB (resident sets {peak.resident / 1e6:.0f} MB), "
        f"{peak.files} open files"
    )
    for process, size in sorted(peak.processes.items(), key=lambda item: -item[1]):
        print(f"    {size / 1e6:6.0f} MB  {process}")
    print(f"  {time.monotonic() - began:.0f} s by the clock, {spent:.0f} CPU s of the main process")
    return peak


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--policies", type=int, default=10_000, help="how many (10000)")
    parser.add_argument("--hosts", type=int, help="on how many addresses (one for each)")
    parser.add_argument("--runs", type=int, default=2, help="how many runs (2)")
    parser.add_argument("--folder", type=Path, help="where the archive is made, and thrown away afterwards")
    parser.add_argument("--limit", type=float, help="MB that a peak may reach")
    asked = parser.parse_args()
    hosts = [f"127.0.{n // 250 + 1}.{n % 250 + 1}" for n in range(asked.hosts or asked.policies)]
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        path = configuration(Path(folder), asked.policies, hosts, port.get())
        peaks = [run(path) for _ in range(asked.runs)]
    server.terminate()
    highest = max(peak.proportional for peak in peaks) / 1e6
    if asked.limit and highest > asked.limit:
        raise SystemExit(f"{highest:.0f} MB, more than {asked.limit:.0f}")


if __name__ == "__main__":
    main()
