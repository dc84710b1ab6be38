"""Sends a message to a target through Apprise, and returns the outcome. Only this package imports apprise. Mail and the
signed webhook have plugins of our own. Apprise's mail plugin makes the plain text from the HTML, and so loses the marks
of the redline. Apprise's mail plugin also uses a new Message-ID each time, and cannot distinguish a missing mailbox
from a busy server. Apprise's webhooks do not sign the exact bytes, and their receivers cannot recognise a repeated
message. Mail services with an API (`MAIL_SERVICES`) get only the HTML. Their plugins accept a single body, and make the
plain text from the HTML.
"""

from __future__ import annotations

from notifier.channels.apprise_services import address_problem
from notifier.channels.schemes import ALLOWED
from notifier.channels.sending import send_message

__all__ = ["ALLOWED", "address_problem", "send_message"]
