"""A core: time as clocks on walls show it: read and said in a place's IANA time zone.

An hour that daylight saving skips is refused, one that comes twice is asked about. The rules of
all places are the machine's, or those of the `tzdata` package where the machine has none.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fullhouse.errors import Refused
from fullhouse.units import Micros

MOST_OF_A_ZONE: Final = 64
_NAME: Final = re.compile(r"[A-Z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
_NO_PLACE: Final = frozenset({"Factory"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = Micros((datetime(9999, 12, 30, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1))


class UnknownZone(Refused):
    code = "unknown_zone"
    message = "There is no such time zone. Zones are named as in Europe/Berlin or Asia/Jakarta."


class NoSuchTime(Refused):
    """The clocks go forward over it."""

    code = "no_such_time"


class TimeComesTwice(Refused):
    """The clocks go back over it."""

    code = "time_comes_twice"


def zone_named(name: str) -> ZoneInfo:
    """Return the zone of that name.

    Raises:
        UnknownZone: there is none.
    """
    if len(name) > MOST_OF_A_ZONE or name in _NO_PLACE or _NAME.fullmatch(name) is None:
        raise UnknownZone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder is an OSError
        raise UnknownZone() from error


def instant(local: datetime, zone: ZoneInfo) -> Micros:
    """Return when clocks in `zone` show `local`, which names no zone itself.

    Raises:
        NoSuchTime: they never do.
        TimeComesTwice: they do twice.
    """
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    shown = [one for one in (first, second) if _shown(one, zone) == local]
    if not shown:
        later, earlier = (_shown(one, zone) for one in (first, second))
        raise NoSuchTime(
            f"Clocks in {zone.key} never show {_minute(local)}: they go forward over it. "
            f"Please choose {_minute(earlier)} or {_minute(later)}."
        )
    if len({one.utcoffset() for one in shown}) == 2:
        raise TimeComesTwice(
            f"Clocks in {zone.key} show {_minute(local)} twice. Please write which: "
            f"{first.isoformat()} is the first, {second.isoformat()} the second."
        )
    return Micros((first.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1))


def _shown(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0)


def _minute(local: datetime) -> str:
    return local.isoformat(" ", "minutes")


def local_time(at: Micros, zone: str) -> datetime:
    """Return what clocks in a zone show; in UTC where this machine does not know the zone."""
    moment = _EPOCH + timedelta(microseconds=max(0, min(at, _LAST)))
    try:
        return moment.astimezone(zone_named(zone))
    except UnknownZone:
        return moment


_DAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
}
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September",
        "Oktober", "November", "Desember",
    ),
}  # fmt: skip


def said(at: Micros, zone: str, language: str = "en") -> str:
    """Return a point in time for people: `Tuesday 1 December 2026, 20:00 (Asia/Jakarta)`.

    Where clocks show that time twice, its distance to UTC stands with it.

    Args:
        language: `en` or `id`.
    """
    there = local_time(at, zone)
    name = getattr(there.tzinfo, "key", "UTC")
    if there.replace(fold=1 - there.fold).utcoffset() != there.utcoffset():
        name += f", UTC{there:%z}"[:-2] + ":" + f"{there:%z}"[-2:]
    day = _DAYS[language][there.weekday()]
    date = f"{there.day} {_MONTHS[language][there.month - 1]} {there.year}"
    if language == "id":
        return f"{day}, {date} pukul {there:%H.%M} ({name})"
    return f"{day} {date}, {there:%H:%M} ({name})"


def clock_time(at: Micros, zone: str, language: str = "en") -> str:
    """Return the time of day in a zone: `20:00`."""
    there = local_time(at, zone)
    return f"{there:%H.%M}" if language == "id" else f"{there:%H:%M}"
