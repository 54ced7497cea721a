"""A core: who sits on a stage. Seats are taken, kept while sound comes in, and given up.

Somebody whose connection broke comes back to the seat they had, so that a muted person stays
muted and the audience sees one person, not two. A seat that was given up is remembered for a
while, so that its owner still finds it. A member's seat, `m-…`, is theirs alone: it is given
when the house names it, never to somebody who only has the same name.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final, Literal

from fullhouse.errors import Refused
from fullhouse.units import SECOND, Micros

FROZEN_AFTER: Final = SECOND
"""A seat without media for this long may be taken by who comes under the same name."""
GONE_AFTER: Final = Micros(9 * SECOND // 2)
"""A seat without media for this long is given up: everybody sees it within five seconds."""
UNNAMED: Final = "Speaker"
MEMBERS: Final = "m-"
"""Seats whose names begin so belong to a member of the room each."""
CONNECT_WITHIN: Final = Micros(10 * SECOND)
"""A new seat may wait this long for its first media: ICE and DTLS take a while."""
REMEMBERED_FOR: Final = Micros(60 * SECOND)
"""For so long a seat that was given up waits for its owner, by its name or by theirs."""


class StageFull(Refused):
    code = "stage_full"
    status = 503
    message = "Every seat on this stage is taken. Please try again when somebody has left."

    def __init__(self) -> None:
        super().__init__(retry_after=10)


class SeatTaken(Refused):
    code = "seat_taken"
    status = 409
    message = "That seat belongs to somebody who comes in another way."


class SeatBarred(Refused):
    code = "barred"
    status = 403
    message = "The host has asked you to leave the stage."


class UnknownSession(Refused):
    code = "unknown_session"
    status = 404
    message = "There is no such session on this stage; it may have ended."


@dataclass(slots=True)
class Seat:
    """One place on the stage.

    Attributes:
        session: the WHIP session that speaks from it; empty for a source.
        since: when the present session or source came.
        media: when sound came in last, or None: not yet.
    """

    seat: str
    name: str
    kind: Literal["whip", "source"]
    session: str
    since: Micros
    media: Micros | None = None

    def quiet_for(self, now: Micros) -> Micros:
        """Return for how long no media has come in."""
        return Micros(now - (self.since if self.media is None else self.media))

    def connected(self, now: Micros) -> bool:
        """Return whether media came in within the last second."""
        return self.media is not None and now - self.media <= SECOND


@dataclass(frozen=True, slots=True)
class _GivenUp:
    name: str
    at: Micros


@dataclass(frozen=True, slots=True)
class Taken:
    """A seat was given to a session; `replaced` is the session that had it, or empty."""

    seat: str
    replaced: str = ""


class Seats:
    """The seats of one stage.

    Args:
        most: how many there are.
        prefix: begins the name of every new seat, so that no other stage names one the same.

    Attributes:
        muted: seats that are not heard, taken or not.
        barred: seats that nobody gets.
    """

    def __init__(self, most: int, prefix: str) -> None:
        self.most = most
        self._prefix = prefix
        self._made = 0
        self._seats: dict[str, Seat] = {}
        self._given_up: dict[str, _GivenUp] = {}
        self.muted: Set[str] = frozenset()
        self.barred: Set[str] = frozenset()

    def __iter__(self) -> Iterator[Seat]:
        return iter(tuple(self._seats.values()))

    def __len__(self) -> int:
        return len(self._seats)

    def __contains__(self, seat: object) -> bool:
        return seat in self._seats

    def take(self, session: str, wish: str, name: str, now: Micros) -> Taken:
        """Give a seat to a new WHIP session: the wished one, the one they had, or a new one.

        Who names no seat is known by their name alone.

        Raises:
            SeatBarred: nobody may have the wished seat.
            SeatTaken: the wished seat is a source's.
            StageFull: there is no seat left.
        """
        self.admit(wish)
        seat = self._wished(wish) if wish else self._frozen(name, now)
        if seat is None:
            if len(self._seats) >= self.most:
                raise StageFull()
            kept = wish or self._kept_for(name, now)
            before = self._given_up.pop(kept, None)
            name = name or (before.name if before is not None else UNNAMED)
            seat = Seat(kept or self._new_name(), name, "whip", session, now)
            self._seats[seat.seat] = seat
            return Taken(seat.seat)
        replaced, seat.session = seat.session, session
        seat.since, seat.media = now, None
        seat.name = name or seat.name
        return Taken(seat.seat, replaced)

    def admit(self, seat: str) -> None:
        """Let whoever names this seat pass.

        Raises:
            SeatBarred: nobody may have it.
        """
        if seat in self.barred:
            raise SeatBarred()

    def _wished(self, wish: str) -> Seat | None:
        seat = self._seats.get(wish)
        if seat is not None and seat.kind != "whip":
            raise SeatTaken()
        return seat

    def _frozen(self, name: str, now: Micros) -> Seat | None:
        frozen = [
            seat
            for seat in self._seats.values()
            if seat.kind == "whip"
            and self._free_to_all(seat.seat)
            and seat.name == (name or UNNAMED)
            and seat.media is not None
            and seat.quiet_for(now) >= FROZEN_AFTER
        ]
        return max(frozen, key=lambda seat: seat.quiet_for(now), default=None)

    def _kept_for(self, name: str, now: Micros) -> str:
        """Return the seat given up last by somebody of this name, or nothing."""
        for seat, before in reversed(self._given_up.items()):
            known = before.name == (name or UNNAMED) and now - before.at < REMEMBERED_FOR
            if known and self._free_to_all(seat):
                return seat
        return ""

    def _free_to_all(self, seat: str) -> bool:
        """Tell whether a name alone may lead to this seat."""
        return not seat.startswith(MEMBERS) and seat not in self.barred

    def _new_name(self) -> str:
        self._made += 1
        return f"{self._prefix}-{self._made}"

    def keep_source(self, seat: str, name: str, now: Micros) -> bool:
        """Note that a source says it is there; return whether it has its seat.

        A source keeps the seat that it names; it gets none on a full stage, where a WHIP speaker
        has it, or where it is barred or a member's.
        """
        if not self._free_to_all(seat):
            return False
        known = self._seats.get(seat)
        if known is None:
            if len(self._seats) >= self.most:
                return False
            self._given_up.pop(seat, None)
            self._seats[seat] = Seat(seat, name, "source", "", now)
            return True
        if known.kind != "source":
            return False
        known.name, known.since = name, now
        return True

    def media_came(self, seat: str, now: Micros) -> None:
        """Note that sound came in for a seat; one that is not taken is left alone."""
        if seat in self._seats:
            self._seats[seat].media = now

    def seat_of(self, session: str) -> Seat:
        """Return the seat that a WHIP session speaks from.

        Raises:
            UnknownSession: it has none, or no more.
        """
        for seat in self._seats.values():
            if session and seat.session == session:
                return seat
        raise UnknownSession()

    def leave(self, seat: str) -> None:
        """Give a seat up at once."""
        self._seats.pop(seat, None)

    def vanished(self, now: Micros) -> list[Seat]:
        """Give up the seats whose speakers have been gone for too long, and return them."""
        gone = [seat for seat in self._seats.values() if _is_gone(seat, now)]
        for seat in gone:
            del self._seats[seat.seat]
            if seat.kind == "whip" and seat.media is not None:
                self._given_up.pop(seat.seat, None)
                self._given_up[seat.seat] = _GivenUp(seat.name, now)
        while len(self._given_up) > self.most:
            del self._given_up[next(iter(self._given_up))]
        return gone


def _is_gone(seat: Seat, now: Micros) -> bool:
    if seat.kind == "source":
        return now - max(seat.since, seat.media or seat.since) >= GONE_AFTER
    return seat.quiet_for(now) >= (CONNECT_WITHIN if seat.media is None else GONE_AFTER)
