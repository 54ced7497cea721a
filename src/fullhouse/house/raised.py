"""A shell: raised hands in the database: a batch of an edge is one transaction.

What is told to an edge as taken is on disk. Whoever writes sees all that was written before, so
that numbers are given once, whichever house gives them.
"""

import secrets
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from fullhouse.house.bans import BanKind, prefix_mark
from fullhouse.house.hands import (
    MOST_HANDS,
    Hand,
    HandState,
    NothingToDraw,
    Step,
    UnknownHand,
    drawn,
    moved,
    promise,
)
from fullhouse.house.logbook import HOUSE, add_line
from fullhouse.house.names import MOST_OF_A_NAME, plain
from fullhouse.house.tables import BanRow, DrawRow, HandRow
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RaisedHand

SHOWN: Final = 50
"""Hands that a page shows of all."""
KEPT_DRAWS: Final = 20
"""Draws that are told of a room; older ones stay in the database."""
_AT_ONCE: Final = 500
_WAITING: Final = (HandState.CALLED.value, HandState.UP.value)

# Built once, and by the index of (room, state, number): each batch of a crowd asks them.
_ROOM: Final = HandRow.room == bindparam("room")
_IS_UP: Final = HandRow.state == HandState.UP.value
_UP_COUNT: Final = select(func.count()).select_from(HandRow).where(_ROOM, _IS_UP)
_UP_NUMBERS: Final = select(HandRow.number).where(_ROOM, _IS_UP).order_by(HandRow.number)
_NEWEST: Final = select(
    *(
        select(func.max(HandRow.number))
        .where(_ROOM, HandRow.state == state.value)
        .scalar_subquery()
        for state in HandState
    )
)


@dataclass(frozen=True, slots=True)
class Queue:
    """A room's hands as pages show them.

    Attributes:
        count: hands that are up.
        hands: those that are being asked, then those that are up, the first of them, then those
            that were asked and did not answer.
        promise: of the seed with which the next draw will be made; empty: no hand was ever up.
    """

    count: int
    hands: tuple[Hand, ...]
    promise: str


@dataclass(frozen=True, slots=True)
class Draw:
    """A draw that was made, with all that it takes to repeat it."""

    number: int
    at: Micros
    seed: str
    promise: str
    hands: tuple[str, ...]
    drawn: tuple[str, ...]


Taken = tuple[str, int]
"""A verdict, and how many hands stand before this one; -1: not known."""


def take(session: Session, slug: RoomSlug, hands: Sequence[RaisedHand], now: Micros) -> list[Taken]:
    """Write down what an edge has gathered for a room; return what became of each hand."""
    rows = _rows(session, slug, [one.hand for one in hands])
    line = _Line(session, slug)
    _promise(session, slug, now)
    new, taken = [], []
    for one in hands:
        row = rows.get(one.hand)
        state = HandState.DOWN if row is None else HandState(row.state)
        after = moved(state, Step.RAISE if one.up else Step.LOWER)
        rises = after is HandState.UP and state is not HandState.UP
        if rises and line.length >= MOST_HANDS:
            taken.append(("too_many_hands", -1))
            continue
        if row is None and not rises:
            taken.append(("taken", -1))
            continue
        place = -1
        if rises:
            place, number = line.join()
        else:
            assert row is not None
            number = row.number
            if after is HandState.UP:
                place = line.place(number)
        values = _values(one, after, number, now)
        if row is None:
            new.append({"room": slug, "hand": one.hand, "near": False, **values})
        else:
            _change(row, values, rises)
        taken.append(("taken", place))
    if new:
        session.execute(insert(HandRow), new)
    return taken


class _Line:
    """The hands that are up, in their order, as a batch finds them and makes them more.

    A crowd's batches come several times a second, and others wait for them: the thousands that
    are up already are counted, and read only where one of them is raised once more.
    """

    def __init__(self, session: Session, slug: RoomSlug) -> None:
        self._session, self._room = session, {"room": slug}
        self.length = session.scalar(_UP_COUNT, self._room) or 0
        numbers = session.execute(_NEWEST, self._room).one()
        self._newest = max((number for number in numbers if number is not None), default=0)
        self._numbers: Sequence[int] | None = None

    def join(self) -> tuple[int, int]:
        """Let one more stand at the end; return how many stand before it, and its number."""
        self.length += 1
        self._newest += 1
        return self.length - 1, self._newest

    def place(self, number: int) -> int:
        """Return how many stand before one that has stood here before."""
        if self._numbers is None:
            self._numbers = self._session.scalars(_UP_NUMBERS, self._room).all()
        return bisect_left(self._numbers, number)


def _values(one: RaisedHand, state: HandState, number: int, now: Micros) -> dict[str, object]:
    return {
        "name": plain(one.name, MOST_OF_A_NAME),
        "state": state.value,
        "number": number,
        "raised_at": now,
        "changed_at": now,
        "prefix": one.prefix,
    }


def _change(row: HandRow, values: dict[str, object], rises: bool) -> None:
    for name, value in values.items():
        if name != "raised_at" or rises:
            setattr(row, name, value)


def _rows(session: Session, slug: RoomSlug, hands: Sequence[str]) -> dict[str, HandRow]:
    found: dict[str, HandRow] = {}
    for start in range(0, len(hands), _AT_ONCE):
        some = hands[start : start + _AT_ONCE]
        rows = select(HandRow).where(HandRow.room == slug, HandRow.hand.in_(some))
        found |= {row.hand: row for row in session.scalars(rows)}
    return found


def barred(
    session: Session, key: bytes, slug: RoomSlug, hands: Sequence[RaisedHand], now: Micros
) -> set[str]:
    """Return those of the hands that the room's hosts have banned, or their networks."""
    bans = session.execute(
        select(BanRow.kind, BanRow.whom).where(
            BanRow.room == slug,
            BanRow.kind.in_((BanKind.HAND.value, BanKind.PREFIX.value)),
            or_(BanRow.ends_at.is_(None), BanRow.ends_at > now),
        )
    )
    whom = {(kind, one) for kind, one in bans}
    if not whom:
        return set()
    return {
        one.hand
        for one in hands
        if (BanKind.HAND.value, one.hand) in whom
        or (BanKind.PREFIX.value, prefix_mark(key, one.prefix)) in whom
    }


def queue(session: Session, slug: RoomSlug) -> Queue:
    """Return a room's hands as pages show them."""
    count = session.scalar(
        select(func.count())
        .select_from(HandRow)
        .where(HandRow.room == slug, HandRow.state == HandState.UP.value)
    )
    rows = _first(session, slug, _WAITING, SHOWN)
    rows += _first(session, slug, (HandState.UNANSWERED.value,), SHOWN - len(rows))
    pending = _pending(session, slug)
    return Queue(count or 0, tuple(map(_hand, rows)), "" if pending is None else pending.promise)


def _first(session: Session, slug: RoomSlug, states: Sequence[str], most: int) -> list[HandRow]:
    found = session.scalars(
        select(HandRow)
        .where(HandRow.room == slug, HandRow.state.in_(states))
        .order_by(HandRow.state, HandRow.number)
        .limit(most)
    )
    return list(found)


def one_hand(session: Session, slug: RoomSlug, hand: str) -> Hand:
    """Return one hand.

    Raises:
        UnknownHand: there is none of this name.
    """
    return _hand(_row(session, slug, hand))


def step(
    session: Session,
    slug: RoomSlug,
    hand: str,
    what: Step,
    now: Micros,
    *,
    near: bool | None = None,
) -> Hand:
    """Let something happen to a hand; return it as it is then.

    Raises:
        UnknownHand, WrongHand: that cannot be.
    """
    row = _row(session, slug, hand)
    state = moved(HandState(row.state), what)
    if state.value != row.state:
        row.changed_at = now
    row.state = state.value
    row.near = row.near if near is None else near
    session.flush()
    return _hand(row)


def run_out(session: Session, slug: RoomSlug, hands: Sequence[str], now: Micros) -> None:
    """Ask these hands no longer; those that are being asked have not answered."""
    session.execute(
        update(HandRow)
        .where(
            HandRow.room == slug,
            HandRow.hand.in_(hands),
            HandRow.state == HandState.CALLED.value,
        )
        .values(state=HandState.UNANSWERED.value, changed_at=now)
    )


def draw(session: Session, slug: RoomSlug, count: int, who: str, now: Micros) -> Draw:
    """Draw among the hands that are up. Those drawn are called.

    Raises:
        NothingToDraw: no hand is up.
    """
    rows = {
        row.hand: row
        for row in session.scalars(
            select(HandRow).where(HandRow.room == slug, HandRow.state == HandState.UP.value)
        )
    }
    made = _pending(session, slug)
    if not rows or made is None:
        raise NothingToDraw()
    made.hands, made.at = sorted(rows), now
    made.drawn = list(drawn(made.seed, rows, count))
    for hand in made.drawn:
        rows[hand].state, rows[hand].near, rows[hand].changed_at = (
            HandState.CALLED.value,
            False,
            now,
        )
    details = {"draw": made.id, "seed": made.seed, "promise": made.promise, "drawn": made.drawn}
    add_line(session, at=now, who=who, room=slug, what="draw", details=details)
    session.flush()
    _promise(session, slug, now)
    return _draw(made)


def draws(session: Session, slug: RoomSlug) -> list[Draw]:
    """Return the newest draws of a room, the newest first."""
    rows = session.scalars(
        select(DrawRow)
        .where(DrawRow.room == slug, DrawRow.at > 0)
        .order_by(DrawRow.id.desc())
        .limit(KEPT_DRAWS)
    )
    return list(map(_draw, rows))


def empty(session: Session, slug: RoomSlug) -> int:
    """Forget a room's hands, names, networks and all; return how many they were."""
    gone = delete(HandRow).where(HandRow.room == slug).returning(HandRow.hand)
    return len(session.scalars(gone).all())


def rooms_with_hands(session: Session) -> Iterable[str]:
    """Return the rooms in which somebody has raised a hand."""
    return list(session.scalars(select(HandRow.room).distinct()))


def _promise(session: Session, slug: RoomSlug, now: Micros) -> None:
    """Choose the next draw's seed, and tell its promise, before anybody can be drawn."""
    if _pending(session, slug) is not None:
        return
    seed = secrets.token_hex(16)
    made = DrawRow(
        id=1 + (session.scalar(select(func.max(DrawRow.id))) or 0),
        room=slug,
        seed=seed,
        promise=promise(seed),
        hands=[],
        drawn=[],
        at=0,
    )
    session.add(made)
    details = {"draw": made.id, "promise": made.promise}
    add_line(session, at=now, who=HOUSE, room=slug, what="draw_promised", details=details)
    session.flush()


def _pending(session: Session, slug: RoomSlug) -> DrawRow | None:
    """Return the draw that has been promised and not made."""
    return session.scalar(select(DrawRow).where(DrawRow.room == slug, DrawRow.at == 0).limit(1))


def _row(session: Session, slug: RoomSlug, hand: str) -> HandRow:
    row = session.get(HandRow, (slug, hand))
    if row is None:
        raise UnknownHand()
    return row


def _hand(row: HandRow) -> Hand:
    return Hand(
        hand=row.hand,
        name=row.name,
        state=HandState(row.state),
        number=row.number,
        raised_at=Micros(row.raised_at),
        near=row.near,
    )


def _draw(row: DrawRow) -> Draw:
    return Draw(
        number=row.id,
        at=Micros(row.at),
        seed=row.seed,
        promise=row.promise,
        hands=tuple(row.hands),
        drawn=tuple(row.drawn),
    )
