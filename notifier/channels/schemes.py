"""The schemes that a channel's address may have."""

from __future__ import annotations

MAIL = ("mailto", "mailtos")

WEBHOOK = ("webhook", "webhooks")
"""Our own webhooks, which are signed, over HTTP and HTTPS."""

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
    "discord",
    "gchat",
    "guilded",
    "lark",
    "line",
    "matrix",
    "matrixs",
    "mmost",
    "mmosts",
    "nctalk",
    "nctalks",
    "revolt",
    "rocket",
    "rockets",
    "ryver",
    "signal",
    "signals",
    "slack",
    "tgram",
    "threema",
    "twist",
    "webex",
    "whatsapp",
    "workflow",
    "workflows",
    "wxteams",
    "zoom",
    "zulip",
)

PAGERS = (
    "betterstack",
    "gotify",
    "gotifys",
    "ilert",
    "incidentio",
    "jira",
    "ntfy",
    "ntfys",
    "opsgenie",
    "pagerduty",
    "pagertree",
    "pbul",
    "pover",
    "pushy",
    "signl4",
    "spike",
    "splunk",
    "squadcast",
    "victorops",
)

WEBHOOKS = ("apprise", "apprises", "form", "forms", "json", "jsons", "xml", "xmls")
"""Apprise's own webhooks, which are not signed and not structured."""

ALLOWED = (*MAIL, *WEBHOOK, *MAIL_SERVICES, *CHAT, *PAGERS, *WEBHOOKS)
"""The schemes that a channel may have. A channel with such a scheme sends messages to a person or a program over the
network. Many of Apprise's services are excluded. Some act on the machine itself (syslog, dbus, glib, gnome, macosx,
windows, blink1, growl). Some are brokers, devices or media players (mqtt, amqp, kodi, enigma2, lametric, home
automation). Some publish to everyone (mastodon, bluesky, twitter, reddit). Some cost money for each message. Services
that Apprise adds later are excluded until somebody has reviewed them.
"""
