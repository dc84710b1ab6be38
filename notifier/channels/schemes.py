"""The schemes that a channel's address may have."""

from __future__ import annotations

MAIL = ("mailto", "mailtos")

WEBHOOK = ("webhook", "webhooks")
"""Our own webhooks: signed, over HTTP and HTTPS."""

MAIL_SERVICES = (
    "brevo",
    "mailersend",
    "mailgun",
    "o365",
    "postmark",
    "resend",
    "sendgrid",
    "ses",
    "smtp2go",
    "sparkpost",
)

CHAT = (
    *("discord", "gchat", "guilded", "lark", "line", "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks"),
    *("revolt", "rocket", "rockets", "ryver", "signal", "signals", "slack", "tgram", "threema", "twist", "webex"),
    *("whatsapp", "workflow", "workflows", "wxteams", "zoom", "zulip"),
)

PAGERS = (
    *("betterstack", "gotify", "gotifys", "ilert", "incidentio", "jira", "ntfy", "ntfys", "opsgenie", "pagerduty"),
    *("pagertree", "pbul", "pover", "pushy", "signl4", "spike", "splunk", "squadcast", "victorops"),
)

WEBHOOKS = ("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls")
"""Apprise's own webhooks: neither signed nor structured."""

ALLOWED = (*MAIL, *WEBHOOK, *MAIL_SERVICES, *CHAT, *PAGERS, *WEBHOOKS)
"""The schemes that a channel may have: ways to reach a person or a program of a desk over the network.

Excluded from Apprise's registry are services that act on the machine itself (syslog, dbus, glib, gnome, macosx,
windows, blink1, growl), brokers, devices and media players (mqtt, amqp, kodi, enigma2, lametric, home automation),
services that publish to everyone (mastodon, bluesky, twitter, reddit), paid text messages, and everything added later:
a scheme is allowed after somebody has reviewed what it does.
"""
