"""A shell: one process's share of a crowd: real TCP connections, read by one loop.

Lean, because the server may sit on the same machine: plain non-blocking sockets and one epoll.
Of those who are not followed the kernel throws the bytes away (MSG_TRUNC), and the loop notes
only when they came. The loop sleeps a few milliseconds between rounds, so that it wakes once for
many arrivals; how late it is itself it measures at fixed instants, not when it finds the time.
"""

import heapq
import random
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from errno import EADDRNOTAVAIL, EAGAIN, EALREADY, EINPROGRESS, ENOTCONN
from typing import Final

from fullhouse.rehearsal.findings import Trouble, Way
from fullhouse.rehearsal.follow import Following
from fullhouse.rehearsal.hls import Player
from fullhouse.rehearsal.ledger import Ledger, Report, State
from fullhouse.rehearsal.lines import LATER, UNREADABLE, Ask, Go, Hls, Line, Over, Page, Push
from fullhouse.rehearsal.script import Script
from fullhouse.rehearsal.target import Target
from fullhouse.rehearsal.teller import Teller

IP_BIND_ADDRESS_NO_PORT: Final = 24
PORTS_PER_SOURCE: Final = 8_000
"""Of about 28,000: the kernel finds one at once as long as most are free, and who reconnects
leaves a port behind for a minute."""
BATCH: Final = 256
ARRIVALS_AT_ONCE: Final = 32
WASTE: Final = 1 << 20
TICK: Final = 0.02
"""Seconds between two instants at which the loop's own lateness is measured."""
LOOK: Final = 0.5
SMALL_BUFFER: Final = 4_096
STALL_AFTER: Final = 4.0
"""Seconds of listening after which a stalling phone stops reading."""
FIRST_RETRY: Final = 0.4
LONGEST_RETRY: Final = 10.0
NOT_YET: Final = frozenset({EAGAIN, ENOTCONN, EALREADY})

Do = Callable[[int, float], None]


@dataclass(frozen=True, slots=True)
class Share:
    """Which listeners this process plays: every `of`th from `index` on."""

    index: int
    of: int

    def size(self, listeners: int) -> int:
        """Return how many these are."""
        return len(range(self.index, listeners, self.of))

    def sources(self, script: Script) -> list[str]:
        """Return the addresses that listeners come from: one has too few ports for all."""
        each = self.size(script.listeners) // PORTS_PER_SOURCE + 1
        return [
            f"127.{64 + script.seed % 64}.{number // 250}.{1 + number % 250}"
            for number in range(self.index * each, (self.index + 1) * each)
        ]


class Crowd:
    """One process's listeners.

    Args:
        nap: seconds that the loop sleeps between rounds.
    """

    def __init__(self, target: Target, script: Script, share: Share, nap: float) -> None:
        self._target, self._script, self._share, self._nap = target, script, share, nap
        self._size = share.size(script.listeners)
        self.ledger = Ledger(self._size, target.cadence)
        self._stream = target.stream(self.ledger)
        self._epoll = select.epoll()
        self._nobody = socket.SocketType()
        self._sockets: list[socket.SocketType] = []
        self._lines: list[Line | None] = []
        self._who: list[int] = []
        self._fd = [-1] * self._size
        self._cast = script.cast(share.index, share.of)
        self._following: dict[int, Following] = {}
        self._players: dict[int, Player] = {}
        self._misses: dict[int, int] = {}
        self._unsent: dict[int, bytes] = {}
        self._asks: dict[int, bytes] = {}
        self._stalled: list[int] = []
        self._timers: list[tuple[float, int, int, Do]] = []
        self._timer = self._next = 0
        self._behind = 0.0
        six = ":" in target.address[0]
        self._family = socket.AF_INET6 if six else socket.AF_INET
        self._sources = share.sources(script)
        self._chance = random.Random(script.seed * 4_096 + share.index)
        self._waste = bytearray(WASTE)
        self._offset = time.time() - time.monotonic() - target.epoch
        self._start = 0.0

    # The loop.

    def run(self, start: float, over: int, parent: Teller) -> None:
        """Play until the script ends, or until `over` can be read.

        Args:
            start: by the monotonic clock; the same for all processes.
            over: a descriptor.
            parent: gets a report about once a second.
        """
        self._start = tick = look = start
        told = 0
        while (now := time.monotonic()) < start + self._script.lasts:
            due = self._do_what_is_due(now)
            events = self._epoll.poll(0, BATCH)
            if events:
                self._read(events, time.monotonic())
            while tick <= now:
                self.ledger.lag.add(max(now - tick, self._behind))
                tick += TICK
            if now >= look:
                look = now + LOOK
                self._look(now)
                if select.select([over], [], [], 0)[0]:
                    break
            if now - start >= told + 1 and parent.free():
                told = int(now - start)
                parent.tell({"at": told, **self.ledger.report()})
            if len(events) < BATCH and due > now:
                time.sleep(self._nap)

    def _do_what_is_due(self, now: float) -> float:
        """Carry out what is due; return when something will be."""
        timers = self._timers
        while timers and timers[0][0] <= now:
            _, _, one, do = heapq.heappop(timers)
            do(one, now)
        arrival = self._arrivals(now)
        return min(arrival, timers[0][0]) if timers else arrival

    def _arrivals(self, now: float) -> float:
        """Let in who is due; return when the next one is."""
        arrivals, since = self._cast.arrivals, now - self._start
        self._behind = 0.0
        for _ in range(ARRIVALS_AT_ONCE):
            if self._next >= self._size:
                return now + 1
            due = arrivals[self._next]
            if due > since:
                return due + self._start
            self._behind = max(self._behind, since - due)
            self._welcome(self._next, now)
            self._next += 1
        return now

    def _read(self, events: list[tuple[int, int]], now: float) -> None:
        """Read what has come. The lean way for all who are not followed."""
        ledger = self.ledger
        sockets, lines, who, waste = self._sockets, self._lines, self._who, self._waste
        last, longest, edge, newest = ledger.last, ledger.longest, ledger.edge, ledger.newest
        flags, received = socket.MSG_TRUNC, 0
        for fd, what in events:
            line = lines[fd]
            if line is not None:
                received += self._take(fd, line, what)
                continue
            try:
                count = sockets[fd].recv_into(waste, WASTE, flags)
            except BlockingIOError:
                continue
            except OSError:
                count = 0
            if not count:
                self._ended(fd, now)
                continue
            received += count
            one = who[fd]
            wait = now - last[one]
            if wait > longest[one]:  # noqa: PLR1730 # a call of max() costs more than all of it
                longest[one] = wait
            last[one] = newest[edge[one]] = now
        ledger.received += received

    def _take(self, fd: int, line: Line, what: int) -> int:
        """Read a connection of which more is to be known; return how many bytes came."""
        now = time.monotonic()
        if fd in self._unsent:
            self._send_unsent(fd, now)
            if not what & select.EPOLLIN:
                return 0
        try:
            raw = self._sockets[fd].recv(line.reads)
        except BlockingIOError:
            return 0
        except OSError:
            raw = b""
        if not raw:
            self._ended(fd, now)
            return 0
        one = self._who[fd]
        try:
            step = line.take(raw, now, now + self._offset)
        except UNREADABLE:
            self._break(one, now, Trouble.NOT_SOUND, LATER)
            return len(raw)
        match step:
            case Go.ON:
                pass
            case Go.BLIND:
                self._lines[fd] = None
            case Ask(request, wait):
                if isinstance(line, Page):
                    self._lines[fd] = line.then
                self._ask(one, request, now, wait)
            case Over(wait_before):
                self._close(one)
                self._again(one, now, wait_before)
        return len(raw)

    def _look(self, now: float) -> None:
        still, late = self.ledger.look(now)
        for one in (*still, *late):
            if self._fd[one] >= 0:
                self._close(one)
                self._again(one, now, None)

    # Listeners.

    def _at(self, when: float, do: Do, one: int) -> None:
        self._timer += 1
        heapq.heappush(self._timers, (when, self._timer, one, do))

    def _welcome(self, one: int, now: float) -> None:
        """A listener comes for the first time."""
        away = self._cast.aways.get(one)
        if away is not None:
            self._at(self._start + away.at, self._leave, one)
            self._at(self._start + away.until, self._arrive, one)
        self._arrive(one, now)

    def _arrive(self, one: int, now: float) -> None:
        """A listener opens the link."""
        if self.ledger.state(one) is not State.OUT:
            return
        traits = self._cast.traits[one]
        self.ledger.arrive(one, traits.way, now)
        if one in self._following:
            self._following[one].forget()
        self._players.pop(one, None)
        self._connect(one, now, page=traits.page)
        if traits.stalls:
            self._at(now + STALL_AFTER, self._stall, one)

    def _leave(self, one: int, now: float) -> None:
        if self.ledger.state(one) not in (State.OUT, State.STALLS):
            self._close(one)
            self.ledger.leave(one)

    def _stall(self, one: int, now: float) -> None:
        if self._fd[one] >= 0 and self.ledger.state(one) is State.HEARS:
            self._epoll.unregister(self._fd[one])
            self._stalled.append(one)
            self.ledger.stall(one)

    def _line(self, one: int, page: bool) -> Line:
        """Return what reads a listener's connection."""
        traits, stream = self._cast.traits[one], self._stream
        line: Push | Hls
        if traits.way is Way.HLS:
            if one not in self._players:
                self._players[one] = Player(self._target.playlist, stream.memory)
            line = Hls(stream, one, self._players[one])
        elif one == 0 or traits.followed:
            if one not in self._following:
                self._following[one] = Following(stream.reader())
                self.ledger.followed += 1
            line = Push(stream, one, self._following[one])
        else:
            line = Push(stream, one, None)
        return Page(stream, one, line) if page else line

    # Connections.

    def _connect(self, one: int, now: float, page: bool = False) -> None:
        """Open a connection, and ask at once: on one machine it is there at once."""
        line = self._line(one, page)
        try:
            sock = self._socket(one)
            error = sock.connect_ex(self._target.address)
        except OSError:
            self.ledger.trouble(one, Trouble.OUR_OWN, broken=True)
            self._again(one, now, None)
            return
        fd = sock.fileno()
        if fd >= len(self._lines):
            more = fd + 1_024 - len(self._lines)
            self._sockets += [self._nobody] * more
            self._lines += [None] * more
            self._who += [0] * more
        self._sockets[fd], self._lines[fd], self._who[fd], self._fd[one] = sock, line, one, fd
        self.ledger.asks(one, now)
        if error not in (0, EINPROGRESS):
            ours = error == EADDRNOTAVAIL
            self._break(one, now, Trouble.OUR_OWN if ours else Trouble.REFUSED)
            return
        self._epoll.register(fd, select.EPOLLIN)
        self._send(one, line.opening(), now)

    def _socket(self, one: int) -> socket.SocketType:
        kind = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
        sock = socket.SocketType(self._family, kind)  # without Python's wrapper: twice as fast
        if self._target.local:
            sock.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
            sock.bind((self._sources[one // PORTS_PER_SOURCE], 0))
        if self._cast.traits[one].stalls:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        return sock

    def _ask(self, one: int, request: bytes, now: float, wait: float) -> None:
        if wait <= 0:
            self._send(one, request, now)
        else:
            self._asks[one] = request
            self._at(now + wait, self._ask_now, one)

    def _ask_now(self, one: int, now: float) -> None:
        request = self._asks.pop(one, None)
        if request is not None and self._fd[one] >= 0:
            self._send(one, request, now)

    def _send(self, one: int, request: bytes, now: float) -> None:
        fd = self._fd[one]
        try:
            self._sockets[fd].send(request)
        except OSError as error:
            if error.errno in NOT_YET:
                self._unsent[fd] = request
                self._epoll.modify(fd, select.EPOLLIN | select.EPOLLOUT)
            else:
                self._broken(one, now)

    def _send_unsent(self, fd: int, now: float) -> None:
        """The connection is there by now, or will never be."""
        request = self._unsent.pop(fd)
        self._epoll.modify(fd, select.EPOLLIN)
        self._send(self._who[fd], request, now)

    def _ended(self, fd: int, now: float) -> None:
        """The other side has ended a connection."""
        one = self._who[fd]
        if one in self._asks:  # between two requests it may: nobody has noticed
            del self._asks[one]
            self._close(one)
            self._again(one, now, 0.0)
        else:
            self._broken(one, now)

    def _broken(self, one: int, now: float) -> None:
        line = self._lines[self._fd[one]]
        had = line is None or line.attached
        self._break(one, now, Trouble.ENDED if had else Trouble.REFUSED)

    def _break(self, one: int, now: float, why: Trouble, wait: float | None = None) -> None:
        """A connection is of no use any more: note why, close it, come back."""
        if self.ledger.state(one) is State.HEARS:
            self._misses.pop(one, None)
        self._close(one)
        self.ledger.trouble(one, why, broken=True)
        self._again(one, now, wait)

    def _close(self, one: int) -> None:
        fd = self._fd[one]
        if fd < 0:
            return
        line = self._lines[fd]
        if line is None or line.attached:
            self.ledger.detach(one)
        self._sockets[fd].close()
        self._sockets[fd], self._lines[fd], self._fd[one] = self._nobody, None, -1
        self._unsent.pop(fd, None)
        self._asks.pop(one, None)
        self.ledger.asks(one)

    def _again(self, one: int, now: float, wait: float | None) -> None:
        """Come back in a while: after a time that was named, or as the page does."""
        if wait is None:
            misses = self._misses[one] = self._misses.get(one, 0) + 1
            most = min(LONGEST_RETRY, FIRST_RETRY * 2.0 ** min(misses - 1, 9))
            least = 0.0 if misses == 1 else most / 2
            wait = least + (most - least) * self._chance.random()
        elif wait:
            wait *= 1 + 0.2 * self._chance.random()
        self._at(now + wait, self._reconnect, one)

    def _reconnect(self, one: int, now: float) -> None:
        if self._fd[one] < 0 and self.ledger.state(one) not in (State.OUT, State.STALLS):
            self._connect(one, now)

    # The end.

    def last_report(self, grace: float) -> Report:
        """Return what can only be told at the end; see who of the stalled were let go."""
        for rest in (grace, 0.0):
            self._stalled = [one for one in self._stalled if not self._was_let_go(one)]
            if rest and self._stalled:
                time.sleep(rest)
        lumps = (following.lump() for following in self._following.values())
        known = [lump for lump in lumps if lump is not None]
        return self.ledger.last_report(known, time.monotonic())

    def _was_let_go(self, one: int) -> bool:
        sock = self._sockets[self._fd[one]]
        try:
            for _ in range(256):
                if not sock.recv_into(self._waste, WASTE, socket.MSG_TRUNC):
                    break
        except BlockingIOError:
            return False
        except OSError:
            pass
        self.ledger.let_go += 1
        return True

    def close(self) -> None:
        """Close all that is still open."""
        for one in range(self._size):
            self._close(one)
        self._nobody.close()
        self._epoll.close()
