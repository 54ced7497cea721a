"""A core: points in time as people write them on a command line."""

import re
from datetime import UTC, datetime, tzinfo
from typing import Final

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FROM_NOW: Final = re.compile(r"\+(\d{1,6})([smhd])", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def parse_when(text: str, *, now: Micros, here: tzinfo) -> Micros:
    """Return the point in time that `text` means.

    Args:
        text: `+10m` (from now: s, m, h or d), `2026-12-01 20:00` (local time), or RFC 3339 such
            as `2026-12-01T20:00:00Z`.
        here: the zone of local time.

    Raises:
        Refused: it is none of these, or no such day exists.
    """
    text = text.strip()
    if from_now := _FROM_NOW.fullmatch(text):
        return Micros(now + int(from_now[1]) * _UNITS[from_now[2]] * SECOND)
    try:
        moment = datetime.fromisoformat(text)
        if "-" not in text[:8] or ":" not in text:
            raise ValueError("a day and a time are needed")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=here)
        since = moment - _EPOCH
    except (ValueError, OverflowError) as error:
        raise Refused(
            f"{text!r} is not a time: write +10m, '2026-12-01 20:00' or 2026-12-01T20:00:00Z.",
            code="bad_time",
        ) from error
    return Micros((since.days * 86_400 + since.seconds) * SECOND + since.microseconds)
