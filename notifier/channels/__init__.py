"""Sends one message to one target through Apprise, and says what became of it. The only importer of apprise.

Mail and the signed webhook go through plugins of our own. Apprise's mail makes the plain text out of the HTML and so
loses the marks of the redline, names every mail differently each time, and cannot tell a mailbox that is gone from a
server that is busy; none of its webhooks signs the exact bytes, or tells a receiver that it has this message already.
Mail services with an API (`MAIL_SERVICES`) get the HTML alone: their plugins take one body, and make the text of it.
"""

from __future__ import annotations

from notifier.channels.apprise_services import address_problem
from notifier.channels.schemes import ALLOWED
from notifier.channels.sending import send_message

__all__ = ["ALLOWED", "address_problem", "send_message"]
