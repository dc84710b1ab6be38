"""The plugin for Pigeon: `pigeons://chat.example.org/TOKEN/ROOM`."""

# Pigeon is a made-up chat service. Developers copy this file when they add a channel (docs/architecture.md).

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import requests
from apprise.plugins.base import NotifyBase


class Pigeon(NotifyBase):  # type: ignore[no-untyped-call]  # Apprise does not type its `__init_subclass__`
    """A room of a Pigeon server."""

    # Apprise does not give these attributes types.
    service_name: Any = "Pigeon"
    protocol: Any = "pigeon"
    """Scheme of an address with plain HTTP."""
    secure_protocol: Any = "pigeons"
    """Scheme of an address with HTTPS."""
    title_maxlen = 0
    """The service has no titles. So `send` gets an empty title, and a text that begins with the title."""
    body_maxlen = 2500
    """Limit of a post. If the service has a dialect, the dialect's limit is used instead."""

    def __init__(self, token: str, targets: list[str], **kwargs: Any) -> None:
        """Check the parts of the address. `config check` shows the text of a ValueError. `targets` has the recipient of
        `via`, or else the recipients in the address. With several recipients, a message could reach only one of them,
        but count as sent.
        """
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]  # Apprise does not type it
        if not token:
            raise ValueError("write the token after the host: pigeons://host/TOKEN/ROOM")
        if len(targets) != 1:
            raise ValueError("name one room, after the token or in `via`: pigeons://host/TOKEN/ROOM")
        self.token = token
        self.targets = targets

    @staticmethod
    def parse_url(url: str, *_: Any, **__: Any) -> dict[str, Any] | None:
        """Return the arguments of `__init__`, or None if the address has no host. A missing part is reported by
        `__init__`.
        """
        results: dict[str, Any] | None = NotifyBase.parse_url(url)
        if results is None:
            return None
        parts: list[str] = NotifyBase.split_path(results["fullpath"])  # type: ignore[no-untyped-call]  # as above
        return results | {"token": "".join(parts[:1]), "targets": parts[1:]}

    def url(self, privacy: bool = False, *_: Any, **__: Any) -> str:
        """Return the address without its secrets, for Apprise's own use."""
        return f"{self.secure_protocol}://{self.host}"

    def send(self, body: str, title: str = "", notify_type: Any = None, **_: Any) -> bool:
        """Post a text. Return whether the service accepted it. If it did not, the logged warning is the reason that
        operators see.
        """
        port = f":{self.port}" if self.port else ""
        try:
            response = requests.post(
                f"{'https' if self.secure else 'http'}://{self.host}{port}/rooms/{quote(self.targets[0], safe='')}",
                json={"pigeon": body},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=(self.socket_connect_timeout, self.socket_read_timeout),
                verify=self.verify_certificate,
                allow_redirects=False,
            )
        except requests.RequestException:
            self.logger.warning("no answer from %s", self.host)
            return False
        if not 200 <= response.status_code < 300:
            self.logger.warning("%s answered %d", self.host, response.status_code)
            return False
        return True
