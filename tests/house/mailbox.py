"""A real mail server on a port of its own that keeps what it is given, or says no as it is told."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from fullhouse.house.reminding import Mailing

SENDER = "The house <house@ear.example>"


@dataclass
class Mailbox:
    """What came, and what is answered.

    Attributes:
        says: answers to the next mails, in their order; then all are taken.
        port: where it listens.
    """

    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Take a mail, or say no."""
        answer = self.says.pop(0) if self.says else "250 OK"
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            mail: Any = message_from_bytes(envelope.content, policy=default)
            self.mails.append(mail)
            self.envelopes.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        return answer

    def mailing(self, **more: Any) -> Mailing:
        """Return how to send mail here."""
        options: dict[str, Any] = {"per_second": 50, "tls": "none"}
        return Mailing(host="127.0.0.1", port=self.port, sender=SENDER, **options | more)

    def links(self, number: int = -1) -> list[str]:
        """Return the links in the text of a mail."""
        text = self.mails[number].get_content()
        return [line for line in text.splitlines() if line.startswith("http")]


class AnyPort(Controller):
    """A server whose port the system chooses; the library's own then asks at port 0."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call] # the library has no types


@contextmanager
def mail_server(**options: Any) -> Iterator[Mailbox]:
    """Run a mail server."""
    box = Mailbox()
    controller = AnyPort(box, hostname="127.0.0.1", port=0, ready_timeout=10, **options)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # of its clients, which are ours
    controller.start()
    try:
        box.port = controller.port
        yield box
    finally:
        controller.stop()
