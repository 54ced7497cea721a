"""A core: what is planned in rooms, as calendar files, from what this edge knows of them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fullhouse.edge import answers
from fullhouse.edge.answers import Form
from fullhouse.edge.room import Room
from fullhouse.errors import Refused
from fullhouse.programme.calendar import TYPE, Planned, calendar, planned
from fullhouse.units import SECOND, Micros

MOST_IN_FEED: Final = 200
"""Those that are soonest: more take longer to write than a listener's part may wait."""
REMEMBERED: Final = Micros(30 * 86_400 * SECOND)
"""For how long what is past stays in the feed, and so in the calendars that follow it."""
WRITTEN_EVERY: Final = Micros(30 * SECOND)
FEED_NAME: Final = "Fullhouse"


class NothingPlanned(Refused):
    code = "nothing_planned"
    status = 404
    message = "Nothing is planned in this room yet."


def event_file(room: Room, form: Form, query: str = "") -> bytes:
    """Return the answer that is a room's plan as a calendar file.

    Args:
        query: stands behind the link of a room that takes a key.

    Raises:
        NothingPlanned: it has no start.
    """
    session = planned(room.news)
    if session is None:
        raise NothingPlanned()
    if session.link:
        session = replace(session, link=session.link + query)
    whose = "private" if query else "public"
    name = {"Content-Disposition": f'inline; filename="{session.slug}.ics"'}
    return answers.answer(
        form,
        TYPE,
        calendar([session], now=form.now),
        cache=f"{whose}, max-age=60",
        fields=answers.FOR_ALL | name,
    )


class Feed:
    """The calendar of all rooms that want to be found, written anew every half minute."""

    def __init__(self) -> None:
        self._written: tuple[Micros, bytes] | None = None

    def answer(self, rooms: Iterable[Room], form: Form) -> bytes:
        """Return the answer that is the calendar."""
        if self._written is None or not 0 <= form.now - self._written[0] < WRITTEN_EVERY:
            body = calendar(_soonest(rooms, form.now), now=form.now, name=FEED_NAME)
            self._written = (form.now, body)
        return answers.answer(form, TYPE, self._written[1], cache="public, max-age=300")


def _soonest(rooms: Iterable[Room], now: Micros) -> list[Planned]:
    found = [
        session
        for room in rooms
        if room.news.listed
        and (session := planned(room.news)) is not None
        and session.starts > now - REMEMBERED
    ]
    found.sort(key=lambda one: (one.starts < now - 86_400 * SECOND, abs(one.starts - now)))
    return sorted(found[:MOST_IN_FEED], key=lambda one: (one.starts, one.slug))
