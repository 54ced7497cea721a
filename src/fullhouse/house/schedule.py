"""A core: starts as people and programs write them: a place's local time, or RFC 3339."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros
from fullhouse.zones import instant, zone_named

FARTHEST: Final = Micros(5 * 366 * 86_400 * SECOND)
"""Nobody plans a room further ahead than five years."""
MOST_DOORS_BEFORE: Final = 24 * 60
"""Minutes from the doors to the start."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_LOCAL: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?", re.ASCII)


class BadStart(Refused):
    """A start that is not a time that a calendar has."""

    code = "bad_start"
    message = "A start is a time with its zone, such as 2030-05-01T20:00:00+02:00."


class BadLocalStart(BadStart):
    message = "A start is a day and a time that calendars have, such as 2030-05-01T20:00."


class StartOver(BadStart):
    code = "start_over"
    message = "That start is over already. Please choose one that is still to come."


class StartTooFar(BadStart):
    code = "start_too_far"
    message = "That start is too far away. Rooms are planned up to five years ahead."


def read_start(text: str, *, now: Micros) -> Micros:
    """Return the point in time that `text` names.

    Raises:
        BadStart: `text` is not RFC 3339 with a zone.
        StartOver, StartTooFar: it is not within the next five years.
    """
    if _RFC_3339.fullmatch(text) is None:
        raise BadStart()
    seconds, dot, rest = text.upper().replace(" ", "T").partition(".")
    if dot:
        digits = re.match(r"\d+", rest, re.ASCII)
        assert digits is not None, "the pattern has digits behind the dot"
        seconds = f"{seconds}.{digits[0][:6]:0<6}{rest[digits.end() :]}"
    try:
        at = Micros((datetime.fromisoformat(seconds) - _EPOCH) // timedelta(microseconds=1))
    except (ValueError, OverflowError) as error:
        raise BadStart() from error
    return _ahead(at, now)


def read_plan(text: str, zone: str, *, now: Micros) -> Micros:
    """Return the point in time that `text` names in a zone.

    Args:
        text: what clocks show there, `2026-12-01T20:00`; or RFC 3339 with its own offset, which
            also tells apart the two hours that clocks show when they go back.
        zone: the IANA time zone.

    Raises:
        UnknownZone: there is no such zone.
        NoSuchTime, TimeComesTwice: clocks there never show that, or twice.
        BadStart: `text` is no time.
        StartOver, StartTooFar: it is not within the next five years.
    """
    place = zone_named(zone)
    if _RFC_3339.fullmatch(text) is not None:
        return read_start(text, now=now)
    if _LOCAL.fullmatch(text) is None:
        raise BadLocalStart()
    try:
        local = datetime.fromisoformat(text.upper().replace(" ", "T"))
    except ValueError as error:
        raise BadLocalStart() from error
    try:
        return _ahead(instant(local, place), now)
    except OverflowError as error:  # the first and the last day that a calendar has
        raise (StartTooFar() if local.year > 1 else StartOver()) from error


def _ahead(at: Micros, now: Micros) -> Micros:
    if at <= now:
        raise StartOver()
    if at > now + FARTHEST:
        raise StartTooFar()
    return at
