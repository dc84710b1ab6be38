"""Makes a sealed network.

The network has no connection to other machines, and all its addresses belong to this machine. So a connection arrives
at a server of the tests, or it fails. The kernel counts the attempts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import require
from tests.sources import PROJECT

NAMESERVER = "127.0.0.1"
ROUTES = (
    ("link", "set", "lo", "up"),
    ("-4", "route", "add", "local", "0.0.0.0/0", "dev", "lo"),
    ("-6", "route", "add", "local", "::/0", "dev", "lo"),
)
"""Arguments of `ip` that make the loopback interface, the only interface, answer for all addresses."""


def run_sealed(module: str, task: Any, seconds: float = 400, environment: Mapping[str, str] | None = None) -> Any:
    """Run a module in a sealed network.

    The module gets its task as JSON. Return the JSON in the last line that the module prints.
    """
    tools = all(shutil.which(tool) for tool in ("unshare", "ip", "mount"))
    require(tools and _may_unshare(), "network namespaces (unshare, iproute2)")
    done = subprocess.run(
        [*_unshare(), sys.executable, "-m", module, json.dumps(task)],
        cwd=PROJECT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def _unshare() -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    return ["unshare", *user, "--net", "--mount", "--fork", "--kill-child"]


def _may_unshare() -> bool:
    return subprocess.run([*_unshare(), "true"], capture_output=True, check=False).returncode == 0


def seal() -> None:
    """Set up the network of this process with a route for all addresses and with our own name server."""
    assert interfaces() == ["lo"], "this is the network of the machine"
    for route in ROUTES:
        subprocess.run(["ip", *route], check=True)
    with tempfile.TemporaryDirectory() as folder:
        for place, content in (
            ("/etc/resolv.conf", f"nameserver {NAMESERVER}\noptions timeout:2 attempts:1\n"),
            ("/etc/nsswitch.conf", "hosts: files dns\n"),
        ):
            file = Path(folder) / Path(place).name
            file.write_text(content, encoding="ascii")
            subprocess.run(["mount", "--bind", file, place], check=True)


def interfaces() -> list[str]:
    """Return the names of the interfaces in this process's network."""
    lines = Path("/proc/self/net/dev").read_text(encoding="ascii").splitlines()[2:]
    return [line.partition(":")[0].strip() for line in lines]


def opened() -> int:
    """Return the number of TCP connections that programs tried to open in this network.

    Connections without an answer count too.
    """
    names, values = (
        line.split()
        for line in Path("/proc/self/net/snmp").read_text(encoding="ascii").splitlines()
        if line.startswith("Tcp:")
    )
    return int(dict(zip(names, values, strict=True))["ActiveOpens"])
