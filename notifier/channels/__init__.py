"""Sends a message to a target through Apprise, and returns the outcome. Only this package imports apprise. Mail and the
signed webhook have plugins of our own. Apprise's mail plugin makes the plain text from the HTML, and so loses the marks
of the redline. Apprise's mail plugin also uses a new Message-ID each time, and cannot distinguish a missing mailbox
from a busy server. Apprise's webhooks do not sign the exact bytes, and their receivers cannot recognise a repeated
message. Mail services with an API (`MAIL_SERVICES`) get only the HTML. Their plugins accept a single body, and make the
plain text from the HTML.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from notifier.channels.apprise_services import address_problem as address_problem
    from notifier.channels.schemes import ALLOWED as ALLOWED
    from notifier.channels.sending import send_message as send_message

_MODULES = {"ALLOWED": "schemes", "address_problem": "apprise_services", "send_message": "sending"}


def __getattr__(name: str) -> Any:
    # Apprise takes long to import, and commands that send nothing do not need it.
    if name not in _MODULES:
        raise AttributeError(f"module 'notifier.channels' has no attribute {name!r}")
    return getattr(import_module(f"notifier.channels.{_MODULES[name]}"), name)
