"""A core: requests that wait for a part, without a task each. The table is bounded."""

from collections import defaultdict, deque
from typing import Final, Generic, TypeVar

from fullhouse.units import Micros, PartNumber

Ticket = TypeVar("Ticket")

HELD_ENTRIES: Final = 20_000


class Held(Generic[Ticket]):
    """Tickets by the part that they wait for, in one room."""

    def __init__(self, most: int = HELD_ENTRIES) -> None:
        self._most = most
        self._by_part: defaultdict[int, list[Ticket]] = defaultdict(list)
        self._deadlines: deque[tuple[Micros, Ticket]] = deque()
        self._waiting: set[Ticket] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    def hold(self, ticket: Ticket, until: PartNumber, deadline: Micros) -> bool:
        """Keep a ticket until a part is decided; False if the table is full.

        Deadlines never go back from one call to the next.
        """
        if len(self._waiting) >= self._most:
            return False
        self._waiting.add(ticket)
        self._by_part[until].append(ticket)
        self._deadlines.append((deadline, ticket))
        return True

    def drop(self, ticket: Ticket) -> None:
        """Forget a ticket whose owner has gone."""
        self._waiting.discard(ticket)

    def release(self, head: PartNumber) -> list[Ticket]:
        """Return the tickets whose part is decided now: those below `head`."""
        ready = sorted(part for part in self._by_part if part < head)
        tickets = [t for part in ready for t in self._by_part.pop(part) if t in self._waiting]
        self._waiting.difference_update(tickets)
        while self._deadlines and self._deadlines[0][1] not in self._waiting:
            self._deadlines.popleft()
        return tickets

    def expire(self, now: Micros) -> list[Ticket]:
        """Return the tickets that have waited too long."""
        late = []
        while self._deadlines and self._deadlines[0][0] <= now:
            ticket = self._deadlines.popleft()[1]
            if ticket in self._waiting:
                self._waiting.discard(ticket)
                late.append(ticket)
        return late

    def everything(self) -> list[Ticket]:
        """Return all tickets, and keep none."""
        tickets = [ticket for _, ticket in self._deadlines if ticket in self._waiting]
        self._waiting.clear()
        self._by_part.clear()
        self._deadlines.clear()
        return tickets
