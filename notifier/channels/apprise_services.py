"""Finds the Apprise service for a channel's address. If the address cannot be used, finds the reason."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any

from apprise import AppriseAsset, PersistentStoreMode
from apprise.apprise import N_MGR
from apprise.exception import AppriseException
from apprise.plugins import url_to_dict
from apprise.plugins.base import NotifyBase

from notifier.channels.mail import Mail
from notifier.channels.redaction import guard_logs, redactor
from notifier.channels.schemes import ALLOWED, CHAT, MAIL, PAGERS
from notifier.channels.teams import Teams
from notifier.channels.webhook import Webhook
from notifier.texts.sanitize import clipped, inert

CONNECT_TIMEOUT = 10.0
"""Time limit, in seconds, for connecting to a service. `?cto=` in a channel's address overrides it."""

READ_TIMEOUT = 20.0
"""Time limit, in seconds, for each response. `?rto=` in a channel's address overrides it, also for mail."""

MAIL_REFUSED = {
    "cc": "name each recipient in `via`: each of them gets a separate mail",
    "bcc": "name each recipient in `via`: each of them gets a separate mail",
    "pgp": "mails are sent as they are",
    "wkd": "mails are sent as they are",
}

NO_SENDER = "the sender's address is missing or not valid: add it to the address, such as ?from=watch@example.org"

SELF_STEERED = ("matrix", "matrixs")
"""Services whose response may refer to another host. Apprise sends requests to that other host only if the channel's
address has `discovery=yes`.
"""

RETRIED_BY_US = ("retry", "wait", "optional", "tag")
"""Parameters of an address that make Apprise retry. They are dropped because we retry ourselves. The parameter
`optional` would make every failure count as accepted.
"""

WRITTEN_BY_US = ("overflow", "format")
"""Parameters of an address with which Apprise would cut our texts within a number or an escape, or would parse the
texts as markup. They are dropped.
"""

REASON = 300
"""Maximum length, in code points, of the reason for a failure."""

ASSET = AppriseAsset(
    app_id="Clausewatch",
    app_desc="Clausewatch",
    app_url="",
    image_url_mask="",  # no image is loaded
    image_url_logo="",
    async_mode=False,
    http_redirects=False,  # a redirected POST becomes a GET, which gets status 200, but the message is lost
    storage_mode=PersistentStoreMode.MEMORY,
    service_timeout=0,  # we use our own limit, because Apprise waits until all slow services in its pool have ended
)


class RefusedChannelError(Exception):
    """A channel's address cannot be used. The message gives the reason without secrets."""


def address_problem(url: str, recipient: str = "") -> str | None:
    """Return the reason why a channel's address, or a recipient in the address, cannot be used. Return None if both can
    be used."""
    try:
        service(url, recipient)
    except RefusedChannelError as error:
        return str(error)
    return None


@dataclass(frozen=True, slots=True)
class Service:
    """An Apprise service that sends to one recipient."""

    plugin: NotifyBase
    scheme: str
    """Scheme of the address. It is stored here because the plugins for Mattermost, Rocket.Chat and Gotify change the
    scheme to http."""


def service(url: str, recipient: str) -> Service:
    """Return the service for an address and a recipient. Raises RefusedChannelError."""
    guard_logs()
    redactor.learn(url)
    _register()
    options = _options(url)
    schema = options["schema"]
    kind = N_MGR[schema]
    if recipient:
        if "targets" not in inspect.signature(kind.__init__).parameters:
            raise RefusedChannelError(
                f"a {schema} channel takes no recipient, because its address already says where messages go"
            )
        options["targets"] = [recipient]
    try:
        made: NotifyBase = kind(**options, asset=ASSET)
    except (AppriseException, TypeError, ValueError) as error:
        if schema in MAIL and options.get("host") and "~From~" in str(error):
            raise RefusedChannelError(NO_SENDER) from error
        raise RefusedChannelError(f"Apprise cannot use this {schema} address: {line(str(error))}") from error
    _require_one_target(made, schema, recipient)
    if "cto" not in options:
        made.socket_connect_timeout = CONNECT_TIMEOUT
    if "rto" not in options:
        made.socket_read_timeout = READ_TIMEOUT
    return Service(made, schema)


def _options(url: str) -> dict[str, Any]:
    """Parse an address with Apprise, and drop options that would hide a failure, or that would repeat or change a
    message.
    """
    options = _read(url)
    schema = options["schema"]
    if schema not in ALLOWED:
        raise RefusedChannelError(f"{inert(schema)} is not one of the services that are allowed for alerts")
    if not N_MGR[schema].enabled:
        raise RefusedChannelError(f"the Python package that Apprise needs for {schema} is not installed")
    if schema in MAIL and (refused := [key for key in MAIL_REFUSED if key in options["qsd"]]):
        raise RefusedChannelError(f"{refused[0]}= is not supported here: {MAIL_REFUSED[refused[0]]}")
    if schema in SELF_STEERED and "discovery" not in options["qsd"]:
        options["discovery"] = False
    dropped = (*RETRIED_BY_US, *(WRITTEN_BY_US if schema in (*CHAT, *PAGERS) else ()))
    return {key: value for key, value in options.items() if key not in dropped}


def _read(url: str) -> dict[str, Any]:
    schema, separator, _ = url.partition("://")
    if not separator:
        raise RefusedChannelError("it has no scheme; an address begins like mailtos:// or slack://")
    options: dict[str, Any] | None = url_to_dict(url)  # type: ignore[no-untyped-call]  # Apprise does not type it
    if options is not None:
        return options
    is_supported = schema.lower() in N_MGR or schema.lower() in ("http", "https")
    why = (
        f"Apprise cannot read this {schema} address" if is_supported else f"Apprise knows no service {inert(schema)!r}"
    )
    raise RefusedChannelError(f"{why}; see https://appriseit.com/services/ for how it is written")


def _require_one_target(service: NotifyBase, schema: str, recipient: str) -> None:
    # A plugin ignores a target that it does not understand. This can be checked only for plugins with the attribute
    # `targets`.
    if recipient and not getattr(service, "targets", [recipient]):
        raise RefusedChannelError(f"{inert(recipient)!r} is not a recipient that {schema} understands")
    if len(service) > 1:
        raise RefusedChannelError(
            f"it names {len(service)} recipients; a failure of one would repeat the message to the others: "
            "leave them out here and name each in a subscriber's `via`"
        )


@cache
def _register() -> None:
    """Register our plugins with Apprise. Our plugins for mail and Teams replace Apprise's own plugins."""
    N_MGR.add(Mail, force=True)  # type: ignore[no-untyped-call]  # Apprise does not type it
    N_MGR.add(Teams, force=True)  # type: ignore[no-untyped-call]  # as above
    N_MGR.add(Webhook)  # type: ignore[no-untyped-call]  # as above


def line(text: str) -> str:
    """Return a line for a person, with secrets masked and with a limited length."""
    return clipped(inert(redactor.redacted(text)), REASON)
