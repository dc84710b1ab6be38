"""Serves pages that need a browser, and pages that misuse a browser.

Also listens on an address that no page may reach.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.crawler.looking import BASE
from tests.server import Answer, Site

MAIN = re.search("<main>(.*)</main>", BASE)
assert MAIN is not None
POLICY = MAIN[1]
"""Text of the policy, which a script of the page inserts."""
SCRIPT = "text/javascript"


def shell(script: str, more: str = "") -> str:
    """Return a page without words that contains a script."""
    head = '<meta charset="utf-8"><title>Privacy policy</title>'
    return f'<!doctype html><html lang="en"><head>{head}{more}</head><body><div id="root"></div>{script}</body></html>'


BUILDING = """
async function build(where) {
  const answer = await fetch(where);
  const said = await answer.json();
  document.getElementById("root").innerHTML = "<main>" + said.text + "</main>";
}
"""


def serve_built(site: Site, path: str = "/privacy", more: str = "") -> str:
    """Serve a page whose script requests the text of the policy and inserts it. Return the address of the page."""
    site.serve("/text.json", json.dumps({"text": POLICY}), content_type="application/json")
    site.serve("/build.js", BUILDING, content_type=SCRIPT)
    scripts = f'<script src="/build.js"></script><script>build("/text.json"); {more}</script>'
    return site.serve(path, shell(scripts + '<img src="/picture.png">'))


@dataclass
class Forbidden:
    """Counts all connections to an address of this machine that no page may reach."""

    address: str = ""
    """Host and port."""
    reached: list[str] = field(default_factory=list)
    """The path of each HTTP request. Other connections and datagrams are recorded with a "?"."""


@contextlib.contextmanager
def forbidden(host: str = "127.0.0.2") -> Iterator[Forbidden]:
    """Listen for connections and for datagrams, both on the same port."""
    found = Forbidden()
    with socket.socket() as streams, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        streams.bind((host, 0))
        streams.listen(64)
        datagrams.bind(streams.getsockname())
        found.address = f"{host}:{streams.getsockname()[1]}"
        threading.Thread(target=_accept, args=(streams, found), daemon=True).start()
        threading.Thread(target=_receive, args=(datagrams, found), daemon=True).start()
        yield found
        with contextlib.suppress(OSError):
            streams.shutdown(socket.SHUT_RDWR)
        datagrams.close()


def _accept(listening: socket.socket, found: Forbidden) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_note, args=(connection, found), daemon=True).start()


def _note(connection: socket.socket, found: Forbidden) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(2)
        place = len(found.reached)
        found.reached.append("?")
        words = connection.recv(4000).split(b" ")
        if len(words) > 2:
            found.reached[place] = words[1].decode("latin-1")
        connection.sendall(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n")


def _receive(listening: socket.socket, found: Forbidden) -> None:
    with contextlib.suppress(OSError):
        while True:
            listening.recv(4000)
            found.reached.append("?datagram")


WAYS = """
const there = "http://ADDRESS";
const add = (tag, fields) => document.body.append(Object.assign(document.createElement(tag), fields));
const link = (rel, as) => add("link", {rel, as, href: there + "/" + rel});
add("script", {src: there + "/script"});
add("script", {src: "/leads-astray.js"});
import(there + "/module").catch(() => 0);
add("img", {src: there + "/image"});
add("img", {src: "/leads-astray.png"});
add("iframe", {src: there + "/frame"});
add("iframe", {src: "/leads-astray"});
add("embed", {src: there + "/embed"});
add("object", {data: there + "/object"});
add("video", {src: there + "/video", autoplay: true});
for (const [rel, as] of [["stylesheet", ""], ["preload", "script"], ["modulepreload", ""], ["prefetch", ""],
  ["preconnect", ""], ["dns-prefetch", ""], ["icon", ""], ["manifest", ""]]) link(rel, as);
fetch(there + "/fetch").catch(() => 0);
fetch("/leads-astray.json").catch(() => 0);
fetch(there + "/post", {method: "POST", body: "x"}).catch(() => 0);
fetch(there + "/no-cors", {mode: "no-cors", keepalive: true}).catch(() => 0);
navigator.sendBeacon(there + "/beacon", "x");
const request = new XMLHttpRequest(); request.open("GET", there + "/xhr"); request.send();
new EventSource(there + "/events");
new WebSocket("ws://ADDRESS/socket");
const work = 'importScripts("' + there + '/import"); fetch("' + there + '/worker")';
new Worker(URL.createObjectURL(new Blob(['fetch("' + there + '/worker");' + work])));
navigator.serviceWorker?.register("/service.js").catch(() => 0);
add("style", {textContent: '@import "' + there + '/import.css"; body {background: url("' + there + '/background")}' +
  '@font-face {font-family: f; src: url("' + there + '/font")} body {font-family: f}'});
const form = Object.assign(document.createElement("form"), {action: there + "/form", method: "post", target: "_blank"});
document.body.append(form); form.submit();
window.open(there + "/window");
add("a", {href: there + "/anchor", ping: there + "/ping", target: "_blank"}); document.querySelector("a").click();
for (const scheme of ["stun", "turn"]) for (const how of ["udp", "tcp"]) {
  const url = scheme + ":ADDRESS" + (scheme == "turn" ? "?transport=" + how : "");
  try {
    const peer = new RTCPeerConnection({iceServers: [{urls: url, username: "u", credential: "c"}]});
    peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer));
  } catch (error) {}
}
try { new WebTransport("https://ADDRESS/transport").closed.catch(() => 0); } catch (error) {}
"""
"""Script in which a page tries to reach an address in many ways."""


def serve_hostile(site: Site, there: Forbidden) -> str:
    """Serve a page that inserts its text and tries to reach the forbidden address in all ways.

    Return the address of the page.
    """
    for path in ("/leads-astray", "/leads-astray.js", "/leads-astray.png", "/leads-astray.json"):
        site.redirect(path, f"http://{there.address}{path}")
    site.pages["/service.js"] = Answer(
        f'fetch("http://{there.address}/service")'.encode(), headers=(("Content-Type", SCRIPT),)
    )
    site.serve("/ways.js", WAYS.replace("ADDRESS", there.address), content_type=SCRIPT)
    scripts = '<script src="/build.js"></script><script>build("/text.json")</script><script src="/ways.js"></script>'
    return site.serve("/hostile", shell(scripts))
