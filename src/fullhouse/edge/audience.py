"""A shell: the listeners of endless streams, as bare file descriptors outside the event loop.

A listener has no object: a descriptor, its slot in a cohort, and its entry for the sender. Who
hangs up is noticed by an epoll of the audience's own. Chunks go out in steps, hang-ups are
worked off in batches, and the loop runs between.
"""

import os
import select
import time
from asyncio import AbstractEventLoop
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fullhouse.edge.cohorts import Cohort, Crowd, PartOf
from fullhouse.edge.containers import RESUME_PARTS
from fullhouse.edge.listener import Slow
from fullhouse.edge.pace import Pace
from fullhouse.edge.request import Format
from fullhouse.edge.roster import Roster
from fullhouse.edge.sender import GONE, Sender, write
from fullhouse.units import PartNumber, RoomSlug

TURN_TIME: Final = 0.002
"""Seconds of sending between two turns of the loop; a step longer, because none is broken off."""
HANGUPS: Final = 64
"""Hang-ups that are worked off between two turns of the loop: closing costs more than sending."""
_EVENTS: Final = select.EPOLLRDHUP | select.EPOLLET

CadenceOf = Callable[[RoomSlug, Format, PartNumber], int]
"""Returns the parts per send of a stream, once all parts below a number are decided."""


def every_part(slug: RoomSlug, format_: Format, head: PartNumber) -> int:
    """Return the cadence of those who get each part by itself."""
    return 1


@dataclass(slots=True)
class Counts:
    """What happened since the start.

    Attributes:
        bytes: what sockets took of chunks.
        burst_bytes: what they took of bursts at once.
    """

    joined: int = 0
    left: int = 0
    closed_slow: int = 0
    sends: int = 0
    bytes: int = 0
    burst_bytes: int = 0


class Audience:
    """All crowds of one worker."""

    def __init__(
        self,
        loop: AbstractEventLoop,
        sender: Sender,
        cadence_of: CadenceOf = every_part,
        first_phase: int = 0,
    ) -> None:
        """Begin without anybody.

        Args:
            cadence_of: is asked when parts are decided.
            first_phase: of the first cohort; different for each worker, so that small crowds of
                many workers are spread over the cadence, too.
        """
        self._loop = loop
        self._sender = sender
        self._cadence_of = cadence_of
        self._first_phase = first_phase
        self._crowds: defaultdict[RoomSlug, dict[Format, Crowd]] = defaultdict(dict)
        self._place_of: dict[int, Cohort | Crowd] = {}
        self._brought: dict[int, str] = {}
        self._going: deque[Cohort | Crowd] = deque()
        self._skipped: defaultdict[RoomSlug, int] = defaultdict(int)
        self._left: defaultdict[RoomSlug, int] = defaultdict(int)
        self._epoll = select.epoll()
        self._pace = Pace()
        self._began = self._took = 0.0
        self.counts = Counts()
        loop.add_reader(self._epoll.fileno(), self._hangups)

    def __len__(self) -> int:
        return len(self._place_of)

    @property
    def pass_seconds(self) -> float:
        """How long it took in the last second, or takes by now, to send what was due at a time."""
        now = self._loop.time()
        if self._going:
            return max(self._took, now - self._began)
        return self._took if now - self._began - self._took < 1 else 0.0

    @property
    def sender(self) -> str:
        """What sends here."""
        return self._sender.name

    def ears(self, slug: RoomSlug, format_: Format | None = None) -> int:
        """Return how many listen to a room, or to one of its streams."""
        crowds = self._crowds.get(slug, {})
        return sum(one.size for one in crowds.values() if format_ in (None, one.format))

    def formats(self, slug: RoomSlug) -> list[Format]:
        """Return the streams of a room that somebody listens to."""
        return list(self._crowds.get(slug, ()))

    def skipped(self, slug: RoomSlug) -> int:
        """Return how many parts slow listeners of a room were skipped over, since the start."""
        return self._skipped[slug]

    def left(self, slug: RoomSlug) -> int:
        """Return how many listeners of a room have gone, since the start."""
        return self._left[slug]

    # Coming and going.

    def join(
        self,
        ear: int,
        slug: RoomSlug,
        format_: Format,
        burst: bytes,
        newest: PartNumber,
        *,
        brought: str = "",
    ) -> None:
        """Take over a socket that does not block: it gets `burst`, and then each further part.

        Args:
            ear: the descriptor; it is the audience's from now on.
            newest: the newest part in `burst`, and the newest that is decided.
            brought: the hash of the key that they came with; empty: they came without.
        """
        self.counts.joined += 1
        taken = write(ear, burst)
        if taken == GONE:
            os.close(ear)
            self.counts.left += 1
            return
        self.counts.burst_bytes += taken
        head = PartNumber(newest + 1)
        crowd = self._crowds[slug].get(format_)
        if crowd is None:
            crowd = self._crowds[slug][format_] = self._crowd(slug, format_, head)
        crowd.size += 1
        if taken < len(burst):
            self._set_apart(crowd, ear, Slow(burst, taken, head, head, crowd.cadence))
        else:
            self._let_in(crowd, ear, head)
        if brought:
            self._brought[ear] = brought
        self._epoll.register(ear, _EVENTS)

    def _crowd(self, slug: RoomSlug, format_: Format, head: PartNumber) -> Crowd:
        return Crowd(slug, format_, head, self._first_phase, lambda: Roster(self._sender.entries()))

    def _let_in(self, crowd: Crowd, ear: int, has: PartNumber) -> None:
        """Give an ear that has all parts below `has` its place."""
        cohort = crowd.door(has)
        if cohort is None:
            self._set_apart(crowd, ear, Slow(b"", 0, has, has, crowd.cadence))
        else:
            cohort.roster.add(ear)
            self._place_of[ear] = cohort

    def _set_apart(self, crowd: Crowd, ear: int, slow: Slow) -> None:
        crowd.apart[ear] = slow
        self._place_of[ear] = crowd

    def _hangups(self) -> None:
        for ear, _ in self._epoll.poll(0, HANGUPS):
            self._leave(ear)

    def _leave(self, ear: int) -> None:
        place = self._place_of.pop(ear, None)
        if place is None:
            return
        self._brought.pop(ear, None)
        crowd = _crowd_of(place)
        if isinstance(place, Crowd):
            del place.apart[ear]
        else:
            place.roster.remove(ear)
        self._epoll.unregister(ear)
        os.close(ear)
        self.counts.left += 1
        self._left[crowd.slug] += 1
        crowd.size -= 1
        if not crowd.size:
            self._forget(crowd)

    def _forget(self, crowd: Crowd) -> None:
        of_room = self._crowds.get(crowd.slug, {})
        if of_room.get(crowd.format) is crowd:
            del of_room[crowd.format]
            if not of_room:
                del self._crowds[crowd.slug]

    def send_away(self, slug: RoomSlug) -> None:
        """Close the connections of a room's listeners, in batches; nothing more is sent to them."""
        leaving = []
        for crowd in self._crowds.pop(slug, {}).values():
            crowd.over = True
            leaving += crowd.ears()
        self._see_off(leaving)

    def _see_off(self, leaving: list[int]) -> None:
        for ear in leaving[-HANGUPS:]:
            place = self._place_of.get(ear)
            if place is not None and _crowd_of(place).over:  # else it is somebody else by now
                self._leave(ear)
        del leaving[-HANGUPS:]
        if leaving:
            self._loop.call_soon(self._see_off, leaving)

    def let_stay(self, slug: RoomSlug, entry: str) -> None:
        """Let go of a room's listeners, in batches, but those who came with the key it now takes.

        Args:
            entry: the key's hash.
        """
        crowds = self._crowds.get(slug, {}).values()
        strangers = [
            ear for crowd in crowds for ear in crowd.ears() if self._brought.get(ear) != entry
        ]
        self._show_out(slug, entry, strangers)

    def _show_out(self, slug: RoomSlug, entry: str, strangers: list[int]) -> None:
        for ear in strangers[-HANGUPS:]:
            place = self._place_of.get(ear)
            # A descriptor may be somebody else's by now.
            there = place is not None and _crowd_of(place).slug == slug
            if there and self._brought.get(ear) != entry:
                self._leave(ear)
        del strangers[-HANGUPS:]
        if strangers:
            self._loop.call_soon(self._show_out, slug, entry, strangers)

    # Sending.

    def advance(self, slug: RoomSlug, format_: Format, head: PartNumber, part: PartOf) -> None:
        """Let out what is due now that all parts below `head` are decided.

        A cohort that still waits for its pass, or is in it, gets what is new with the next one:
        when sending is slower than the sound, there are fewer sends, and none wait in a row.

        Args:
            part: returns a decided part; asked for those that are not out yet.
        """
        crowd = self._crowds.get(slug, {}).get(format_)
        if crowd is None:
            return
        starting = crowd.advance(head, self._cadence_of(slug, format_, head), part)
        idle = not self._going
        self._going.extend(starting)
        if crowd.apart and crowd.walk is None:
            crowd.walk = []
            self._going.append(crowd)
        if idle and self._going:
            self._began = self._loop.time()
            self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Send for a moment."""
        at = began = time.thread_time()
        while self._going:
            sends = self._carry_on(self._going[0], self._pace.size)
            before, at = at, time.thread_time()
            self._pace.took(sends, at - before)
            if at - began >= TURN_TIME:
                break
        if self._going:
            self._loop.call_soon(self._turn)
        else:
            self._took = self._loop.time() - self._began

    def _carry_on(self, going: Cohort | Crowd, most: int) -> int:
        """Carry the first pass on by at most so many sends; return how many there were."""
        if isinstance(going, Crowd):
            return self._visit(going, most)
        if going.crowd.over:
            self._end(going)
            return 0
        if going.chunk is None:
            self._skipped[going.crowd.slug] += going.begin() * len(going.roster)
        start = going.at
        stop = going.at = min(start + most, going.end)
        self._send(going, start, stop)
        if stop == going.end:
            self._end(going)
        return stop - start

    def _send(self, cohort: Cohort, start: int, stop: int) -> None:
        chunk, roster = cohort.chunk, cohort.roster
        if chunk is None or start == stop:
            return
        short = roster.send(start, stop, chunk)
        sends = stop - start - roster.empty(start, stop)
        self.counts.sends += sends
        self.counts.bytes += (sends - len(short)) * len(chunk)
        for ear, taken in short:
            if taken == GONE:
                self._leave(ear)
            else:
                roster.remove(ear)
                self.counts.bytes += taken
                crowd, head = cohort.crowd, cohort.next
                self._set_apart(crowd, ear, Slow(chunk, taken, head, head, crowd.cadence))

    def _end(self, cohort: Cohort) -> None:
        self._going.popleft()
        cohort.finish()
        if len(cohort.roster) and cohort.due() and not cohort.crowd.over:
            cohort.going = True
            self._going.append(cohort)

    # Those who stand apart.

    def _visit(self, crowd: Crowd, most: int) -> int:
        """Go on visiting those who stand apart; return how many were visited, at least one."""
        if not crowd.walk:
            crowd.walk = list(crowd.apart)
        batch, crowd.walk = crowd.walk[:most], crowd.walk[most:]
        for ear in batch:
            slow = crowd.apart.get(ear)
            if slow is not None and not crowd.over:
                self._help(crowd, ear, slow)
        if not crowd.walk:
            crowd.walk = None
            self._going.popleft()
        return len(batch) + 1

    def _help(self, crowd: Crowd, ear: int, slow: Slow) -> None:
        """Give a listener the rest of what it has, then what is due; let it back in if it can."""
        if not self._give_rest(crowd, ear, slow):
            return
        if slow.well and self._back(crowd, ear, slow):
            return
        if crowd.head - slow.next < crowd.cadence:
            return
        self._skipped[crowd.slug] += slow.passed(crowd.head, RESUME_PARTS)
        chunk = crowd.chunk(slow.next)
        taken = self._write(ear, chunk)
        if taken == GONE:
            return
        self.counts.sends += 1
        slow.given(crowd.head, crowd.cadence, chunk, taken)
        if slow.lost(crowd.head):
            self._let_go(ear)
        elif slow.well:
            self._back(crowd, ear, slow)

    def _give_rest(self, crowd: Crowd, ear: int, slow: Slow) -> bool:
        """Return whether the listener is there and has nothing left to get."""
        rest = slow.rest()
        if not rest:
            return True
        taken = self._write(ear, rest)
        if taken == GONE:
            return False
        if slow.took(taken):
            return True
        self._skipped[crowd.slug] += slow.stalled(crowd.head, crowd.cadence)
        if slow.lost(crowd.head):
            self._let_go(ear)
        return False

    def _back(self, crowd: Crowd, ear: int, slow: Slow) -> bool:
        """Let a listener stand among the others, if there is a place; return whether there is."""
        cohort = crowd.door(slow.next)
        if cohort is None:
            return False
        del crowd.apart[ear]
        cohort.roster.add(ear)
        self._place_of[ear] = cohort
        return True

    def _write(self, ear: int, chunk: bytes | memoryview) -> int:
        """Write to one ear; it leaves if it has gone."""
        taken = write(ear, chunk)
        if taken == GONE:
            self._leave(ear)
        else:
            self.counts.bytes += taken
        return taken

    def _let_go(self, ear: int) -> None:
        self.counts.closed_slow += 1
        self._leave(ear)

    def close(self) -> None:
        """Close everything. Nothing may be sent after that."""
        self._going.clear()
        for ear in list(self._place_of):
            self._leave(ear)
        self._loop.remove_reader(self._epoll.fileno())
        self._epoll.close()
        self._sender.close()


def _crowd_of(place: Cohort | Crowd) -> Crowd:
    return place if isinstance(place, Crowd) else place.crowd
