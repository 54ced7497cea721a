"""A shell: a mail server as we speak to it: one connection, everything within a time."""

import smtplib
import ssl
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Final, Self

from fullhouse.house.mails import sender_of
from fullhouse.house.reminding import Mailing

PATIENCE: Final = 20.0
"""Seconds for each answer of the server."""


class Outcome(Enum):
    """What became of one mail."""

    SENT = auto()
    LATER = auto()
    """The server does not take this mail now."""
    NEVER = auto()
    """The server will not take this mail."""
    AWAY = auto()
    """The server does not work for any mail at the moment."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mail, and why, for the log."""

    outcome: Outcome
    why: str = ""


class Smtp:
    """A connection that is made when it is needed. Its methods wait: call them in a thread."""

    def __init__(self, mailing: Mailing) -> None:
        self._mailing = mailing
        self._sender = sender_of(mailing.sender).addr_spec
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def send(self, address: str, message: bytes) -> Result:
        """Hand one mail over."""
        try:
            self._connected().sendmail(self._sender, [address], message)
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = next(iter(error.recipients.values()))
            return self._refused(code)
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            return self._refused(error.smtp_code)
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            return Result(Outcome.AWAY, _why(error))
        return Result(Outcome.SENT)

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        mailing, context = self._mailing, ssl.create_default_context()
        server: smtplib.SMTP
        if mailing.tls == "tls":
            server = smtplib.SMTP_SSL(mailing.host, mailing.port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(mailing.host, mailing.port, timeout=PATIENCE)
        self._server = server
        if mailing.tls == "starttls":
            server.starttls(context=context)
        if mailing.user:
            server.login(mailing.user, mailing.password)
        return server

    def _refused(self, code: int) -> Result:
        if code == 421:  # the server closes: it is not about this mail
            self.close()
            return Result(Outcome.AWAY, str(code))
        return Result(Outcome.NEVER if code >= 500 else Outcome.LATER, str(code))

    def close(self) -> None:
        """Let go of the server."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()


def _why(error: Exception) -> str:
    """Return what went wrong, without what was sent: a server may say it back."""
    code = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {code}".strip()
