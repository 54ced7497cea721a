"""A shell: measures what listeners cost one real edge worker on this machine.

The worker is a process of its own and knows nothing of it. It gets parts of the usual form at
the usual times, some padded to the size of slower cadences' chunks: what a send costs depends
on its bytes, not on how seldom it comes, and nobody wants to wait for many sends at 9.6 s.
"""

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fullhouse.bus import Bus, connect
from fullhouse.capacity import proc
from fullhouse.capacity.crowd import Crowd
from fullhouse.capacity.figures import TYPICAL, Figures, rising
from fullhouse.capacity.load import CADENCES, KBIT
from fullhouse.capacity.measured import Worker
from fullhouse.capacity.phase import Phase, send_cost
from fullhouse.capacity.workers import sender
from fullhouse.errors import Refused
from fullhouse.media import Part, Rendition, pack_part
from fullhouse.units import PART_MICROS, Micros, PartNumber, RoomSlug
from fullhouse.wire import RoomNews, RoomState, subject_part, subject_room

LISTENERS: Final = 3_000
STALLED: Final = 150
LEAST_SECONDS: Final = 4.0
FULL_SECONDS: Final = 20.0
CROWDED: Final = 3
"""Parts a send: chunks of more do not come with each part, for they take longer to be read."""
PATIENT_PARTS: Final = 30
QUIET: Final = 0.24
"""Seconds after a part when its sends are out and the next part's have not begun."""
PACKET: Final = KBIT["aac"] * 1_000 // 8 * PART_MICROS // 1_000_000 // 15
"""Bytes of an AAC packet."""
PACKET_AT_MOST: Final = 1_990
EVENT_BYTES: Final = 4_000
EVENTS_AT_MOST: Final = 12
"""What an edge takes as a part: beyond it, it would be none."""
AROUND_PART: Final = 450
"""What a container puts around each of the parts of which a chunk is made, about."""
BELIEVABLE: Final = range(2_048, 12_288)
"""Bytes that an open socket takes in the kernel; anything else was other work's."""
BUFFERS: Final = 6
"""Send buffers that a stalled listener holds at the very most; it is about two."""
ROOM: Final = RoomSlug("calibration")
_HOUR: Final = 3_600_000_000
_EVENT: Final = b'{"type":"speakers","speaking":["Ana"],"level":-20.0}'
_SENT: Final = "fullhouse_edge_sent_total"
_FILLED: Final = "fullhouse_edge_filled_total"
_SKIPPED: Final = "fullhouse_edge_skipped_total"

Say = Callable[[str], None]


@dataclass(slots=True)
class Voice:
    """Speaks for house and stage: a part every 0.32 s, as large as is asked for.

    Attributes:
        cadence: parts whose bytes one part has.
        large: how many of that size were spoken, of all cadences together.
    """

    bus: Bus
    epoch: Micros
    cadence: int = 1
    large: int = 0
    spoken: asyncio.Event = field(default_factory=asyncio.Event)

    async def speak(self) -> None:
        """Publish parts until cancelled."""
        number = (_now() - self.epoch) // PART_MICROS + 1
        while True:
            end = self.epoch + (number + 1) * PART_MICROS
            await asyncio.sleep(max(0.0, (end - _now()) / 1e6))
            is_large = number % self.every == 0
            raw = self.part(number, self.cadence if is_large else 1)
            await self.bus.publish(subject_part(ROOM), raw)
            self.large += is_large
            self.spoken.set()
            self.spoken.clear()
            number += 1

    @property
    def every(self) -> int:
        """Among how many parts there is a large one: what is largest needs time to be read."""
        return 3 if self.cadence > CROWDED else 1

    def part(self, number: int, cadence: int) -> bytes:
        """Return a part as it stands on the bus, with the bytes of so many."""
        packets = {
            Rendition.AAC: (b"\x21" * min(PACKET * cadence, PACKET_AT_MOST),) * 15,
            Rendition.OPUS: (b"\x21" * 80,) * 16,
        }
        events = (_EVENT, *_padding(cadence))
        return pack_part(Part(self.epoch, PartNumber(number), packets, events))

    async def quiet(self) -> None:
        """Wait until the next part is out to everybody."""
        await self.spoken.wait()
        await asyncio.sleep(QUIET)

    async def heard(self, crowd: Crowd, parts: int) -> None:
        """Wait until the crowd has heard so many parts in all, and all is out.

        Raises:
            Refused: that takes too long.
        """
        for _ in range(PATIENT_PARTS):
            await self.quiet()
            if crowd.parts >= parts:
                return
        raise Refused("The measured worker sends nothing.", code="no_sends")


def _padding(cadence: int) -> list[bytes]:
    """Return events that make up the bytes for which packets have no room."""
    missing = 15 * max(0, PACKET * cadence - PACKET_AT_MOST) + AROUND_PART * (cadence - 1)
    return [
        b'{"type":"padding","is":"%s"}' % (b"-" * min(EVENT_BYTES, missing - at))
        for at in range(0, missing, EVENT_BYTES)
    ][:EVENTS_AT_MOST]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of the worker and the kernel at one moment.

    Attributes:
        parts, filled: that have gone out to everybody, and how many of them were filler.
        skipped: parts, each for one listener, that passed by who did not read in time.
    """

    at: float
    cpu: float
    parts: float
    filled: float
    skipped: float
    resident: int
    slab: int
    tcp: int


def _read(worker: Worker, *, ends: bool = False) -> Reading:
    """Read; what asking for metrics costs falls outside between a beginning and an end."""
    at, cpu = time.monotonic(), worker.cpu()
    metrics = proc.samples(worker.metrics())
    if not ends:
        at, cpu = time.monotonic(), worker.cpu()
    memory = proc.fields(Path("/proc/meminfo").read_text())
    pages = proc.socket_pages(Path("/proc/net/sockstat").read_text()) or 0
    return Reading(
        at=at,
        cpu=cpu,
        parts=metrics.get(_SENT, 0.0) + metrics.get(_FILLED, 0.0),
        filled=metrics.get(_FILLED, 0.0),
        skipped=metrics.get(_SKIPPED, 0.0),
        resident=worker.resident(),
        slab=memory.get("Slab", 0) * 1024,
        tcp=pages * os.sysconf("SC_PAGE_SIZE"),
    )


async def calibrate(
    worker: Worker,
    bus_url: str,
    *,
    send_buffer: int,
    hardware: Mapping[str, str | int | float],
    seconds: float = FULL_SECONDS,
    listeners: int = LISTENERS,
    say: Say = lambda _: None,
) -> Figures:
    """Return what a listener costs this worker.

    Args:
        seconds: how long it may take, about, without starting the worker; at least
            `LEAST_SECONDS`.
        say: is told what is being measured.

    Raises:
        Refused: the worker does not serve, or this process may not open enough files.
    """
    listeners = min(listeners, _files() - 100)
    if listeners < 100:
        raise Refused("A process may open too few files here: ulimit -n 4096.", code="few_files")
    busy = os.getloadavg()[0]
    async with _speaking(bus_url) as voice:
        with Crowd(worker.port, f"/{ROOM}/live.mp4") as crowd:
            within = max(seconds, LEAST_SECONDS)
            run = _Run(worker, voice, crowd, listeners=listeners, seconds=within, say=say)
            return await run.figures(send_buffer, hardware, busy)


class _Run:
    """One calibration, step by step."""

    def __init__(
        self,
        worker: Worker,
        voice: Voice,
        crowd: Crowd,
        *,
        listeners: int,
        seconds: float,
        say: Say,
    ) -> None:
        self._worker, self._voice, self._crowd = worker, voice, crowd
        self._listeners = listeners
        self._step = (seconds - 2.5) / (len(CADENCES) + 1)
        self._say = say
        self._doubts: list[str] = []
        self._disturbed: list[str] = []
        self._extra = 0

    async def figures(
        self, send_buffer: int, hardware: Mapping[str, str | int | float], busy: float
    ) -> Figures:
        """Measure everything, in the order in which one needs the other."""
        began = time.monotonic()
        cores = float(hardware.get("cores", 1))
        if busy > cores / 4:
            self._doubts.append(
                f"the machine was busy with other work (load {busy:.1f}, {cores:g} cores)"
            )
        idle, before = await self._idle()
        joined, after = await self._join(idle)
        costs = await self._sends(idle)
        stalled = await self._stalled(BUFFERS * send_buffer)
        kernel = (after.slab - before.slab) // (2 * self._listeners)  # both ends are here
        here = self._listeners
        meanwhile = (
            after.parts - before.parts - 1
        ) * here / 2 + here  # half of them, and at last all
        join = max(0.0, joined - max(0.0, meanwhile) * min(costs.values()) / 1e6)
        return Figures(
            measured=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            listeners=here,
            hardware=hardware,
            sender=sender(self._worker.metrics()),
            busy=round(busy, 2),
            send_buffer=send_buffer,
            sends=rising({size: round(cost, 2) for size, cost in costs.items()}),
            join=round(join / here * 1e6, 1),
            idle=round(min(idle, 0.3), 4),
            part_extra=max(0, self._extra),
            user=max(0, after.resident - before.resident) // here,
            kernel=self._believed("a listener", kernel, BELIEVABLE, TYPICAL.kernel),
            stalled=stalled,
            worker=before.resident,
            disturbed=bool(self._disturbed),
            doubts=(*self._doubts, *self._disturbed),
        )

    async def _idle(self) -> tuple[float, Reading]:
        """Return the share of a core that the worker uses for nobody, and what it held then."""
        self._say("a worker without listeners")
        self._crowd.join(1)  # brings up what only listeners need: it is not the first one's cost
        await self._voice.quiet()
        first = _read(self._worker)
        await asyncio.sleep(min(1.0, self._step))
        await self._voice.quiet()
        last = _read(self._worker, ends=True)
        return (last.cpu - first.cpu) / (last.at - first.at), _read(self._worker)

    async def _join(self, idle: float) -> tuple[float, Reading]:
        """Return the CPU seconds in which all came in, sends to those inside included."""
        self._say(f"{self._listeners:,} listeners come in")
        first = _read(self._worker)
        await asyncio.to_thread(self._crowd.join, self._listeners)
        await self._voice.quiet()
        last = _read(self._worker, ends=True)
        return last.cpu - first.cpu - idle * (last.at - first.at), last

    async def _sends(self, idle: float) -> dict[int, float]:
        """Return the CPU µs of one send by the bytes of its chunk."""
        costs: dict[int, float] = {}
        usual = (0, 0.0)
        for cadence in CADENCES:
            self._say(f"sends as large as those of {cadence * 0.32:.2f} s")
            phase, late = await self._phase(cadence)
            size, cost = send_cost(phase, idle, usual)
            costs[size] = cost
            if cadence == 1:
                usual, self._extra = (size, cost), size - 15 * PACKET
            if late:
                self._disturbed.append(f"parts came late at sends of {size:,} bytes")
            if not phase.kept_up:
                self._disturbed.append(f"listeners did not keep up with sends of {size:,} bytes")
        return costs

    async def _phase(self, cadence: int) -> tuple[Phase, bool]:
        """Let parts as large as this cadence's chunks go out; return what that took.

        Returns:
            also whether filler went out between.
        """
        voice, crowd = self._voice, self._crowd
        voice.cadence, large = cadence, voice.large
        first, parts, heard = _read(self._worker), crowd.parts, crowd.bytes
        await asyncio.sleep(max(0.0, self._step - PART_MICROS / 1e6))
        await voice.heard(crowd, parts + voice.every)
        last = _read(self._worker, ends=True)
        phase = Phase(
            cpu=last.cpu - first.cpu,
            seconds=last.at - first.at,
            parts=crowd.parts - parts,
            large=max(1, voice.large - large),
            skipped=last.skipped - first.skipped,
            listeners=len(crowd),
            heard=crowd.bytes - heard,
        )
        return phase, last.filled > first.filled

    async def _stalled(self, most: int) -> int:
        """Return the kernel memory of a listener who stays and reads nothing more."""
        self._say(f"{STALLED} listeners stop reading")
        await self._voice.quiet()
        before = _read(self._worker)
        count = self._crowd.join(STALLED, stalls=True)
        for _ in range(3):
            await self._voice.quiet()
        each = (_read(self._worker).tcp - before.tcp) // count
        return self._believed(
            "a stalled listener", each, range(BELIEVABLE.start, most), TYPICAL.stalled
        )

    def _believed(self, whose: str, seen: int, able: range, typical: int) -> int:
        """Return what was seen of the whole machine's kernel memory, if others let us see it."""
        if seen in able:
            return seen
        found = f"the kernel memory of {whose} could not be seen: {typical:,} bytes taken"
        self._doubts.append(found)
        return typical


def _files() -> int:
    """Return how many files we may open, raised as far as we may raise that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, 20_000) if hard != resource.RLIM_INFINITY else 20_000
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


def _now() -> int:
    return time.time_ns() // 1000


@asynccontextmanager
async def _speaking(bus_url: str) -> AsyncIterator[Voice]:
    """Let a room be live, with a voice in it, while the block runs."""
    async with connect(bus_url, "calibration") as bus:
        voice = Voice(bus, Micros(_now() - _HOUR))
        news = RoomNews(
            slug=ROOM,
            title="Calibration",
            state=RoomState.LIVE,
            since=Micros(_now()),
            epoch=voice.epoch,
            revision=1,
        )
        await bus.publish(subject_room(ROOM), news.pack())
        await bus.flush()
        speaking = asyncio.create_task(voice.speak())
        try:
            await voice.quiet()
            yield voice
        finally:
            speaking.cancel()
            await asyncio.wait([speaking])
