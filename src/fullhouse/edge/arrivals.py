"""A shell: newcomers, from the listening socket to the audience, or to a connection of their own.

Nearly all of them ask for a stream in one packet, and the kernel hands them over with it: one
accept, one read, a head that was seen before, one write of bytes that were made before. All others
get a `Connection`, with what they have said so far. The rules are the same for both.
"""

import os
import socket
import time
from asyncio import AbstractEventLoop, TimerHandle
from dataclasses import dataclass
from typing import Final, assert_never

import structlog

from fullhouse.edge.connection import Connection
from fullhouse.edge.desk import Join
from fullhouse.edge.heads import USUAL_BYTES, Asked
from fullhouse.edge.intake import Intake, Step
from fullhouse.edge.limits import Limit, Place
from fullhouse.edge.lobby import Lobby
from fullhouse.edge.port import BACKLOG, Port
from fullhouse.edge.room import Room
from fullhouse.edge.sender import write
from fullhouse.errors import Refused
from fullhouse.units import PartNumber

TURN_SECONDS: Final = 0.002
"""Then the loop does something else, such as sending to those who are here already."""
REFUSED_AT_ONCE: Final = 64
REFUSED_EVERY: Final = 0.02
"""Seconds between two such batches: who is full spends a few percent of a core on saying so."""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the gate, while this worker is full."""
STARVED_SECONDS: Final = 5.0
"""For how long a worker counts as full after the system had no file for a newcomer."""
FULL: Final = "every place is taken: newcomers are told so, or left to other workers"

log = structlog.get_logger()


@dataclass(slots=True)
class Ready:
    """What the next listener of a stream gets, until the room's next part is decided."""

    room: Room
    newest: PartNumber
    joining: Join


class Arrivals:
    """Lets newcomers in, from `open` to `close`."""

    def __init__(self, loop: AbstractEventLoop, port: Port, lobby: Lobby) -> None:
        self._loop = loop
        self._port = port
        self._lobby = lobby
        self._ready: dict[Asked, Ready] = {}
        self._refused = 0
        self._starved_until = 0.0
        self._pause: TimerHandle | None = None
        self._looking: TimerHandle | None = None
        self._claim: socket.socket | None = None

    def open(self) -> None:
        """Begin to listen."""
        allowed = self._port.listen()
        if allowed < BACKLOG:
            log.warning(
                "the kernel lets fewer connections wait than a rush needs",
                may_wait=allowed,
                wanted=BACKLOG,
                remedy=f"sysctl -w net.core.somaxconn={BACKLOG}",
            )
        self._read()

    def close(self) -> None:
        """Let nobody in any more."""
        self._read_no_more()
        if self._looking is not None:
            self._looking.cancel()
        if self._claim is not None:
            self._claim.close()

    def _read(self) -> None:
        self._pause = None
        self._loop.add_reader(self._port.fileno(), self._arrive)

    def _read_no_more(self) -> None:
        self._loop.remove_reader(self._port.fileno())
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None

    # Newcomers.

    def _arrive(self) -> None:
        """Let in who waits, for two milliseconds at the most."""
        end = time.perf_counter() + TURN_SECONDS
        while time.perf_counter() < end and self._refused < REFUSED_AT_ONCE:
            ear = self._accept()
            if ear < 0:
                break
            self._let_in(ear)
        for ready in self._ready.values():
            self._lobby.watch(ready.room)
        self._ready.clear()
        if self._refused:
            self._refused = 0
            self._wait(REFUSED_EVERY)
        if not self._lobby.gate.full and self._connections() >= self._lobby.capacity.most:
            self._look()

    def _accept(self) -> int:
        try:
            return self._port.accept()
        except OSError:  # others on this machine have taken what is ours: see `_look`
            self._starved_until = self._loop.time() + STARVED_SECONDS
            self._lobby.turned_away += 1
            self._refused += 1
            return -1

    def _wait(self, seconds: float) -> None:
        self._read_no_more()
        self._pause = self._loop.call_later(seconds, self._read)

    def _let_in(self, ear: int) -> None:
        lobby = self._lobby
        try:
            raw = os.read(ear, USUAL_BYTES)
        except BlockingIOError:
            self._greet(ear, b"")  # nothing was said for a while
            return
        except OSError:
            raw = b""
        if not raw:
            os.close(ear)
            return
        asked = lobby.heads.read(raw)
        if asked is None:
            self._greet(ear, raw)
        elif lobby.place() is not Place.ROOM:
            self._turn_down(ear, asked)
        elif (ready := self._get_ready(asked)) is None:
            self._greet(ear, raw)
        else:
            lobby.take(ear, ready.joining, ready.newest)

    def _get_ready(self, asked: Asked) -> Ready | None:
        """Return what a listener gets at once; None for all others, and who is refused."""
        ready = self._ready.get(asked)
        if ready is not None and ready.room.window.head == ready.newest + 1:
            return ready
        if asked.stream is None:
            return None
        try:
            ready = Ready(*self._lobby.joining(asked.stream))
        except Refused:
            return None
        self._ready[asked] = ready
        return ready

    def _greet(self, ear: int, raw: bytes) -> None:
        """Let somebody in who takes longer, with what they have said so far."""
        connection = Connection(self._lobby)
        connection.begin(self._lobby.lines.add(ear))
        if raw:
            connection.data_received(raw)

    def _turn_down(self, ear: int, asked: Asked) -> None:
        """Say that every place is taken, and be done with it: so it takes no place."""
        self._refused += 1
        self._lobby.turned_away += 1
        write(ear, self._lobby.full(asked))
        os.close(ear)

    # Whether newcomers are let in at all.

    def _connections(self) -> int:
        if self._loop.time() < self._starved_until:
            return self._lobby.capacity.most
        return self._lobby.connections

    def _look(self) -> None:
        """Do what is to be done at the port, and look again as long as this worker is full."""
        lobby, gate = self._lobby, self._lobby.gate
        claim, self._claim = self._claim or self._port.claim(), None
        others = None if claim is None else self._port.others()
        step = gate.look(self._connections(), others, lobby.clock.now())
        if gate.intake is Intake.LEAVES:
            self._claim = claim  # so that not two leave at once, and nobody is there
        elif claim is not None:
            claim.close()
        if step is not None:
            self._take(step)
        self._looking = self._loop.call_later(LOOK_EVERY, self._look) if gate.full else None

    def _take(self, step: Step) -> None:
        match step:
            case Step.FILL:
                log.warning(FULL, limit=Limit.FILES.value, connections=self._lobby.connections)
            case Step.PASS_OVER:
                log.info("other workers get the newcomers")
                self._port.pass_over()
            case Step.CLOSE:
                self._arrive()
                self._read_no_more()
                self._port.leave()
            case Step.LISTEN | Step.REFUSE:
                self._port.listen()
                self._read()
                log.info("takes newcomers again" if step is Step.LISTEN else "no worker has room")
            case Step.FREE:
                log.info("takes newcomers again")
            case _:
                assert_never(step)
