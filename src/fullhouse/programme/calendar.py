"""A core: what is planned in rooms, as a calendar that other programs read.

Source: RFC 5545; RFC 7986 for the properties of the calendar itself. Times are in UTC: what was
promised is an instant, and no reader needs a table of some zone to find it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from fullhouse.units import Micros
from fullhouse.wire import ON_AIR, RoomNews, RoomState
from fullhouse.zones import clock_time, said

TYPE: Final = "text/calendar; charset=utf-8"
MOST_OCTETS: Final = 75
"""Of a line, without its end."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSEEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters, and what some programs take for the end of a line."""
_LENGTH: Final = "PT1H"
"""A room has no end that anybody announced; without a length calendars hardly show it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What was announced of one session.

    Attributes:
        number: which session of its room it is to be.
        schedule: counts up when what was announced changes.
        missed: cancelled, as nobody came to speak: no host has called it off.
        link: the room's, for listeners; empty: not known.
    """

    slug: str
    epoch: Micros
    number: int
    schedule: int
    title: str
    starts: Micros
    zone: str
    doors: Micros
    late: bool = False
    why: str = ""
    cancelled: bool = False
    missed: bool = False
    link: str = ""


def planned(news: RoomNews) -> Planned | None:
    """Return what was announced of a room's next session, or of its newest one; None: nothing."""
    if news.starts is None:
        return None
    had = news.state in ON_AIR or (news.state is RoomState.ENDED and not news.cancelled)
    return Planned(
        slug=news.slug,
        epoch=news.epoch,
        number=news.session if had else news.session + 1,
        schedule=news.schedule,
        title=news.title or news.slug,
        starts=news.starts,
        zone=news.zone,
        doors=news.starts if news.doors is None else news.doors,
        late=news.late,
        why=news.why_late,
        cancelled=news.cancelled,
        missed=news.missed,
        link=news.listen,
    )


def calendar(sessions: Iterable[Planned], *, now: Micros, name: str = "") -> bytes:
    """Return a calendar of these sessions.

    Args:
        now: as of when what they say is true.
        name: of a calendar that is subscribed to; empty: a file for one event.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Fullhouse//Fullhouse//EN"]
    if name:
        lines += [
            f"NAME:{escaped(name)}",
            f"X-WR-CALNAME:{escaped(name)}",
            "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
            "X-PUBLISHED-TTL:PT15M",
        ]
    events = [line for one in sessions for line in _event(one, now)]
    lines += [*(events or _NOTHING), "END:VCALENDAR"]
    return b"".join(map(folded, lines))


_NOTHING: Final = (
    "BEGIN:VTIMEZONE", "TZID:Etc/UTC", "BEGIN:STANDARD", "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000", "TZOFFSETTO:+0000", "END:STANDARD", "END:VTIMEZONE",
)  # fmt: skip
"""A calendar without anything in it would be malformed."""


def _event(one: Planned, now: Micros) -> list[str]:
    link = [f"URL:{one.link}"] if one.link else []
    return [
        "BEGIN:VEVENT",
        f"UID:{one.slug}.{one.epoch}.{one.number}@fullhouse",
        f"SEQUENCE:{max(0, one.schedule)}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(one.starts)}",
        f"DURATION:{_LENGTH}",
        f"STATUS:{'CANCELLED' if one.cancelled else 'CONFIRMED'}",
        f"SUMMARY:{escaped(_summary(one))}",
        f"DESCRIPTION:{escaped(_description(one))}",
        *([f"LOCATION:{escaped(one.link)}"] if one.link else []),
        *link,
        "END:VEVENT",
    ]


_CALLED_OFF: Final = "The host has called it off."


def _summary(one: Planned) -> str:
    if one.cancelled:
        return f"{'Did not take place' if one.missed else 'Called off'}: {one.title}"
    return f"Late: {one.title}" if one.late else one.title


def _description(one: Planned) -> str:
    when = said(one.starts, one.zone)
    if one.cancelled:
        why = "It did not take place: nobody came to speak." if one.missed else _CALLED_OFF
        return f"It was to start on {when}. {why}"
    told = [f"It was to start on {when}." if one.late else f"It starts on {when}."]
    if one.late:
        told.append("It is late.")
    elif one.doors < one.starts:
        told.append(f"The doors open at {clock_time(one.doors, one.zone)}.")
    if one.why:
        told.append(one.why)
    return " ".join(told) + (f"\nListen: {one.link}" if one.link else "")


def _utc(at: Micros) -> str:
    return f"{_EPOCH + timedelta(seconds=at // 1_000_000):%Y%m%dT%H%M%SZ}"


def escaped(text: str) -> str:
    """Return text as a value of type TEXT. Source: RFC 5545, section 3.3.11."""
    seen = _UNSEEN.sub(" ", text.replace("\r\n", "\n"))
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        seen = seen.replace(sign, written)
    return seen


def folded(line: str) -> bytes:
    """Return a content line with its end, folded where it is long. Source: RFC 5545, 3.1.

    No sign is torn apart, though the standard would let it be.
    """
    raw = _UNSEEN.sub(" ", line).replace("\n", " ").encode("utf-8", "replace")
    pieces = []
    most = MOST_OCTETS
    while len(raw) > most:
        cut = most
        while raw[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(raw[:cut])
        raw, most = raw[cut:], MOST_OCTETS - 1
    return b"\r\n ".join([*pieces, raw]) + b"\r\n"
