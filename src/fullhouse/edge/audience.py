"""A shell: the listeners of endless streams, as bare file descriptors outside the event loop.

A listener has no object: a descriptor, its place in a roster, and its stream. Who hangs up is
noticed by an epoll of the audience's own. Chunks go out in slices, and the loop runs between.
"""

import os
import select
from asyncio import AbstractEventLoop
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

from fullhouse.edge.listener import Slow, Verdict
from fullhouse.edge.request import Format
from fullhouse.edge.roster import EMPTY, Roster
from fullhouse.edge.sender import GONE, Sender, write
from fullhouse.units import PartNumber, RoomSlug

SLICE: Final = 512
"""Writes between two turns of the loop: about three milliseconds."""
WAITING_AT_MOST: Final = 16
"""Chunks of one stream that wait to go out, five seconds; beyond them a part is skipped."""
_HANGUPS: Final = select.EPOLLRDHUP | select.EPOLLET


@dataclass(slots=True, eq=False)
class Crowd:
    """Who listens to one stream of one room.

    Attributes:
        roster: those who have everything so far.
        slow: those who have not, or had not a moment ago.
        waiting: chunks that are not out yet.
    """

    slug: RoomSlug
    format: Format
    roster: Roster = field(default_factory=Roster)
    slow: dict[int, Slow] = field(default_factory=dict)
    waiting: int = 0

    def __len__(self) -> int:
        return len(self.roster) + len(self.slow)


@dataclass(slots=True)
class Pass:
    """One chunk on its way to all who were there when it was made.

    Attributes:
        at, end: slots of the roster that it has not reached yet.
        slow: the slow ones that it has not reached yet; None before the roster is done.
    """

    crowd: Crowd
    number: PartNumber
    chunk: bytes
    at: int
    end: int
    slow: list[int] | None = None


@dataclass(slots=True)
class Counts:
    """What happened since the start."""

    joined: int = 0
    left: int = 0
    closed_slow: int = 0
    sends: int = 0
    bytes: int = 0


class Audience:
    """All crowds of one worker."""

    def __init__(self, loop: AbstractEventLoop, sender: Sender) -> None:
        self._loop = loop
        self._sender = sender
        self._crowds: dict[tuple[RoomSlug, Format], Crowd] = {}
        self._crowd_of: dict[int, Crowd] = {}
        self._passes: deque[Pass] = deque()
        self._skipped: defaultdict[RoomSlug, int] = defaultdict(int)
        self._epoll = select.epoll()
        self._running = False
        self.counts = Counts()
        self.pass_seconds = 0.0
        loop.add_reader(self._epoll.fileno(), self._hangups)

    def __len__(self) -> int:
        return len(self._crowd_of)

    def ears(self, slug: RoomSlug, format_: Format | None = None) -> int:
        """Return how many listen to a room, or to one of its streams."""
        formats = Format if format_ is None else (format_,)
        return sum(len(self._crowds.get((slug, one), ())) for one in formats)

    def formats(self, slug: RoomSlug) -> list[Format]:
        """Return the streams of a room that somebody listens to."""
        return [format_ for format_ in Format if (slug, format_) in self._crowds]

    def skipped(self, slug: RoomSlug) -> int:
        """Return how many parts slow listeners of a room were skipped over, since the start."""
        return self._skipped[slug]

    def join(
        self, ear: int, slug: RoomSlug, format_: Format, burst: bytes, newest: PartNumber
    ) -> None:
        """Take over a socket that does not block: it gets `burst`, and then each further part.

        Args:
            ear: the descriptor; it is the audience's from now on.
            newest: the newest part in `burst`.
        """
        self.counts.joined += 1
        taken = write(ear, burst)
        if taken == GONE:
            os.close(ear)
            self.counts.left += 1
            return
        crowd = self._crowds.setdefault((slug, format_), Crowd(slug, format_))
        self._crowd_of[ear] = crowd
        if taken == len(burst):
            crowd.roster.add(ear)
        else:
            crowd.slow[ear] = Slow(burst, taken, newest)
        self._epoll.register(ear, _HANGUPS)

    def send(self, slug: RoomSlug, format_: Format, number: PartNumber, chunk: bytes) -> None:
        """Let a part go out to all who listen now."""
        crowd = self._crowds.get((slug, format_))
        if crowd is None:
            return
        if crowd.waiting >= WAITING_AT_MOST:
            self._skipped[slug] += len(crowd)
            return
        crowd.waiting += 1
        self._passes.append(Pass(crowd, number, chunk, 0, crowd.roster.end))
        if not self._running:
            self._running = True
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        budget = SLICE
        while self._passes and budget > 0:
            budget -= self._slice(self._passes[0], budget)
        self._running = bool(self._passes)
        if self._running:
            self._loop.call_soon(self._turn)

    def _slice(self, going: Pass, budget: int) -> int:
        """Carry a pass on by at most `budget` writes; return how many there were, at least one."""
        if going.at < going.end:
            stop = min(going.at + budget, going.end)
            count, going.at = stop - going.at, stop
            self._write(going, stop - count, stop)
            return count
        if going.slow is None:
            going.slow = list(going.crowd.slow)
        batch, going.slow = going.slow[:budget], going.slow[budget:]
        for ear in batch:
            self._catch_up(going, ear)
        if not going.slow:
            self._end(going)
        return len(batch) + 1

    def _write(self, going: Pass, start: int, stop: int) -> None:
        crowd = going.crowd
        ears = crowd.roster.between(start, stop)
        short = self._sender.send(ears, going.chunk)
        sends = len(ears) - ears.count(EMPTY)
        self.counts.sends += sends
        self.counts.bytes += sends * len(going.chunk)
        for ear, taken in short:
            if taken == GONE:
                self._leave(ear)
            else:
                crowd.roster.remove(ear)
                crowd.slow[ear] = Slow(going.chunk, taken, going.number)

    def _catch_up(self, going: Pass, ear: int) -> None:
        """Give a slow listener the rest of what it has, then the part that goes out now."""
        slow = going.crowd.slow.get(ear)
        if slow is None or slow.part >= going.number:
            return
        rest = slow.rest()
        taken = write(ear, rest) if rest else 0
        if taken == GONE:
            self._leave(ear)
            return
        if not slow.took(taken):
            self._skipped[going.crowd.slug] += 1
            verdict = slow.passed(going.number)
        else:
            taken = write(ear, going.chunk)
            if taken == GONE:
                self._leave(ear)
                return
            verdict = slow.given(going.number, going.chunk, taken)
        self._judge(going.crowd, ear, verdict)

    def _judge(self, crowd: Crowd, ear: int, verdict: Verdict) -> None:
        match verdict:
            case Verdict.STAYS:
                pass
            case Verdict.WELL:
                if crowd.waiting == 1:  # later passes would not reach a slot behind their end
                    del crowd.slow[ear]
                    crowd.roster.add(ear)
            case Verdict.CLOSES:
                self.counts.closed_slow += 1
                self._leave(ear)

    def _end(self, going: Pass) -> None:
        self._passes.popleft()
        crowd = going.crowd
        crowd.waiting -= 1
        if not crowd.waiting:
            crowd.roster.close_ranks()
            self._forget(crowd)

    def _forget(self, crowd: Crowd) -> None:
        if not len(crowd) and not crowd.waiting:
            self._crowds.pop((crowd.slug, crowd.format), None)

    def _hangups(self) -> None:
        for ear, _ in self._epoll.poll(0, SLICE):
            self._leave(ear)

    def _leave(self, ear: int) -> None:
        crowd = self._crowd_of.pop(ear, None)
        if crowd is None:
            return
        if not crowd.roster.remove(ear):
            crowd.slow.pop(ear, None)
        self._epoll.unregister(ear)
        os.close(ear)
        self.counts.left += 1
        self._forget(crowd)

    def send_away(self, slug: RoomSlug | None = None) -> None:
        """Close the connections of a room's listeners, or all."""
        for ear, crowd in list(self._crowd_of.items()):
            if slug is None or crowd.slug == slug:
                self._leave(ear)

    def close(self) -> None:
        """Close everything. Nothing may be sent after that."""
        self._passes.clear()
        self.send_away()
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
