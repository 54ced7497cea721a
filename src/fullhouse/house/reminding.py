"""A core: who is mailed what of a room, and when: paced, tried again, given up.

Somebody leaves an address and confirms it by mail. From then until the session is over they are
told shortly before it starts, and when it is moved or called off.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from fullhouse.errors import Refused
from fullhouse.house.room import BEFORE, Room
from fullhouse.house.tokens import same, short_mac
from fullhouse.units import SECOND, Micros
from fullhouse.wire import RoomState

MINUTE: Final = 60 * SECOND
DAY: Final = 24 * 60 * MINUTE
SETTLES: Final = Micros(MINUTE)
"""A host who moves a room may move it again at once: only what stands so long is mailed."""
ASKED_FOR: Final = Micros(DAY)
"""How long an address that nobody confirms is kept."""
KEPT_AFTER: Final = Micros(DAY)
"""How long addresses are kept after the end of the session: it may go on after all."""
KEPT_CALLED_OFF: Final = Micros(30 * DAY)
"""After it was called off: it may get another date."""
USELESS_AFTER: Final = Micros(30 * MINUTE)
"""So long after the start a reminder is none any more."""
RETRIES: Final = tuple(Micros(minutes * MINUTE) for minutes in (1, 5, 15, 60, 180))
"""Waits between tries at one mail. After the last one it is given up."""
AWAY: Final = (Micros(5 * SECOND), Micros(5 * MINUTE))
"""The first wait for a server that does not answer, and the longest."""
MOST_OF_A_ROOM: Final = 100_000
"""Addresses that one room may have."""

_LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"({_LOCAL})@({_LABEL}(?:\.{_LABEL})+)", re.ASCII)
_TOKEN: Final = re.compile(r"([0-9a-f]{16})-([a-z2-7]{26})", re.ASCII)


class BadAddress(Refused):
    code = "bad_address"
    status = 422
    message = "That is not an e-mail address that we can write to."


class Kind(StrEnum):
    """What a mail is about."""

    CONFIRM = "confirm"
    REMINDER = "reminder"
    MOVED = "moved"
    CALLED_OFF = "called_off"


@dataclass(frozen=True, slots=True)
class Mailing:
    """How mails are sent.

    Attributes:
        tls: `starttls` on a plain connection, `tls` from the start, or `none`.
        sender: an address, or `Name <address>`.
        per_second: mails at the most.
        before: minutes from the reminder to the start.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    tls: Literal["starttls", "tls", "none"] = "starttls"
    per_second: int = 5
    before: int = 15

    def __repr__(self) -> str:
        return f"Mailing({self.host}:{self.port})"


def read_address(text: str) -> str:
    """Return an e-mail address as mail is sent to it. What it is not, is refused.

    Source: HTML, section 4.10.5.1.5, narrowed: a name with a dot behind the @, no quotes, and
    the lengths of RFC 5321, section 4.5.3.1.

    Raises:
        BadAddress: it is none.
    """
    found = _ADDRESS.fullmatch(text.strip(" "))
    if found is None or len(found[0]) > 254 or len(found[1]) > 64:
        raise BadAddress()
    return f"{found[1]}@{found[2].lower()}"


def token_of(key: bytes, reminder: str) -> str:
    """Return what is in the links of somebody's mails, and lets them confirm and stop."""
    return f"{reminder}-{short_mac(key, f'reminder:{reminder}', 26)}"


def reminder_of(key: bytes, token: str) -> str | None:
    """Return whose token it is, or None: it is not one of ours."""
    found = _TOKEN.fullmatch(token)
    if found is None or not same(token_of(key, found[1]), token):
        return None
    return found[1]


def mail_name(reminder: str, kind: Kind, schedule: int) -> str:
    """Return the name of a mail: two houses that mean the same mail call it the same."""
    return hashlib.sha256(f"{reminder}:{kind}:{schedule}".encode()).hexdigest()[:32]


def news_of(room: Room) -> Kind | None:
    """Return which mail those get who know an older schedule of the room than this."""
    if room.starts is None:
        return None
    if room.cancelled:
        return Kind.CALLED_OFF
    return Kind.MOVED if room.state in BEFORE else None


def remind_at(room: Room, mailing: Mailing) -> Micros | None:
    """Return when the last reminder should go out; None: nothing is to come."""
    if room.starts is None or room.cancelled or room.state not in BEFORE:
        return None
    return Micros(room.starts - mailing.before * MINUTE)


def begin_at(last: Micros, count: int, mailing: Mailing) -> Micros:
    """Return when `count` mails must begin to go, so that the last one goes at `last`."""
    return Micros(last - count * SECOND // mailing.per_second)


def spread(start: Micros, count: int, mailing: Mailing) -> Iterator[Micros]:
    """Yield for each of `count` mails when it is due: never two of them at once."""
    for number in range(count):
        yield Micros(start + number * SECOND // mailing.per_second)


def still_true(
    kind: Kind, schedule: int, *, confirmed: bool, room: Room | None, now: Micros
) -> bool:
    """Tell whether a mail says what is so now; what has been overtaken is not sent.

    Args:
        schedule: the room's when the mail was written.
        room: None: it is gone.
    """
    if room is None or room.starts is None:
        return False
    if kind is Kind.CONFIRM:
        return not confirmed and room.state is not RoomState.ENDED
    if not confirmed or schedule != room.schedule:
        return False
    if kind is Kind.CALLED_OFF:
        return room.cancelled
    to_come = not room.cancelled and room.state is not RoomState.ENDED
    return to_come and now < room.starts + USELESS_AFTER


def again_after(tries: int) -> Micros | None:
    """Return how long a mail waits that was tried so often; None: it is given up."""
    return RETRIES[tries - 1] if 1 <= tries <= len(RETRIES) else None


def away_for(failures: int) -> Micros:
    """Return how long to leave a server alone that did not answer so often in a row."""
    return Micros(min(AWAY[0] << min(failures - 1, 16), AWAY[1]))


def has_served(room: Room | None, now: Micros) -> bool:
    """Tell whether the addresses of a room are to be deleted: they have served."""
    if room is None:
        return True
    if room.state is not RoomState.ENDED:
        return False
    return now - room.since > (KEPT_CALLED_OFF if room.cancelled else KEPT_AFTER)
