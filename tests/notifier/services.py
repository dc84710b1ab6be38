"""Chat services on loopback. They accept and refuse the same messages as the real services.

Apprise always uses the real addresses of Slack, Discord, Telegram and Teams. So requests to these services go
through a proxy, which ends TLS itself and responds for every host. Requests to Mattermost, Matrix, Rocket.Chat and
Gotify go directly to the loopback address.
"""

from __future__ import annotations

import contextlib
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from notifier.texts.dialects import DISCORD, GOTIFY, MATRIX, MATTERMOST, ROCKET_CHAT, SLACK, TEAMS, TELEGRAM
from tests.certificates import context_of
from tests.server import Answer, Handler, Request, answering


@dataclass
class Services:
    """The requests that the services received and accepted."""

    port: int = 0
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """The host and the body of each accepted post."""
    paths: list[str] = field(default_factory=list)
    """The path of each accepted post."""
    hosts: set[str] = field(default_factory=set)
    """All hosts to which a request was sent, whatever the response was."""

    def answer(self, host: str, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        """Return the response to a request. A message that is too long is refused."""
        if ".well-known" in path:
            return 200, b'{"m.homeserver": {"base_url": "https://internal.example"}}'
        if path.endswith("/v3/login"):
            return 200, b'{"access_token": "t", "user_id": "@watch:127.0.0.1", "device_id": "d"}'
        if path == "/api/v1/login":
            return 200, b'{"status": "success", "data": {"userId": "u", "authToken": "t"}}'
        if path == "/api/v1/logout":
            return 200, b"{}"
        if "/join" in path:
            return 200, b'{"room_id": "!room:127.0.0.1"}'
        shown = visible(host, body)
        if shown is None:
            return 200, b"{}"
        if too_long(host, shown, body):
            return 400, b'{"message": "too long"}'
        self.posts.append((host, body))
        self.paths.append(path)
        said = {"hooks.slack.com": b"ok", "api.telegram.org": b'{"ok": true, "result": {"message_id": 1}}'}
        return 200, said.get(host, b'{"event_id": "$1"}')


def visible(host: str, body: dict[str, Any]) -> str | None:
    """Return the text of the message in a body, or None if the body has no message."""
    if host == "hooks.slack.com":
        return "\n".join(f"{part['title']}\n{part['text']}" for part in body["attachments"])
    if "attachments" in body and "content" in body["attachments"][0]:
        card = body["attachments"][0]["content"]
        return "\n".join([*(block["text"] for block in card["body"]), *(button["url"] for button in card["actions"])])
    if "priority" in body:
        return f"{body['title']}\n{body['message']}"
    shown = next((body[key] for key in ("content", "text", "body") if key in body), None)
    return None if shown is None else str(shown)


def too_long(host: str, shown: str, body: dict[str, Any]) -> bool:
    """Return whether the real service would refuse or cut a message."""
    limits = {"hooks.slack.com": SLACK, "discord.com": DISCORD, "api.telegram.org": TELEGRAM, "teams.example": TEAMS}
    if "msgtype" in body:
        return MATRIX.size(json.dumps(body)) > 65_536
    if host.endswith("ryver.com"):
        return len(shown) > 1000
    if "priority" in body:
        return GOTIFY.size(shown) > GOTIFY.limit
    dialect = limits.get(host, ROCKET_CHAT if "channel" in body or "roomId" in body else MATTERMOST)
    if dialect is TEAMS:
        return 2 * len(json.dumps(body)) > 28_000
    return dialect.size(shown) > dialect.limit


class Tunnel(Handler):
    """A proxy that ends the TLS of every host itself."""

    context: ssl.SSLContext
    hosts: set[str]

    def do_CONNECT(self) -> None:  # noqa: N802  the base class looks for this name
        self.host = self.path.partition(":")[0]
        self.hosts.add(self.host)
        self.send_response(200)
        self.end_headers()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False  # the request for the tunnel used HTTP/1.0

    def finish(self) -> None:
        super().finish()
        self.connection.close()


@contextlib.contextmanager
def services(certificate: Path) -> Iterator[Services]:
    """Run the services on a free loopback port. `certificate` has a key and a certificate."""
    state = Services()
    context = context_of(certificate)
    kind = type("Handler", (Tunnel,), {"context": context, "hosts": state.hosts})

    def respond(request: Request) -> Answer:
        content = (
            request.content if request.content.startswith(b"{") else b"{}"
        )  # the body of a login may be a form, which is not JSON
        status, said = state.answer(request.host, request.path, json.loads(content))
        return Answer(said, status, ())

    with answering(respond, handler=kind) as port:
        state.port = port
        yield state
