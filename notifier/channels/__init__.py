"""Sends one message to one target through Apprise, and returns the outcome. The only importer of apprise.

Mail and the signed webhook have plugins of our own. Apprise's mail plugin derives the plain text from the HTML and so
loses the marks of the redline, gives a mail a new Message-ID each time, and cannot distinguish a missing mailbox from a
busy server. Its webhooks neither sign the exact bytes nor let a receiver recognise a repeated message. Mail services
with an API (`MAIL_SERVICES`) get only the HTML: their plugins take one body, and derive the text from it.
"""

from __future__ import annotations

from notifier.channels.apprise_services import address_problem
from notifier.channels.schemes import ALLOWED
from notifier.channels.sending import send_message

__all__ = ["ALLOWED", "address_problem", "send_message"]
