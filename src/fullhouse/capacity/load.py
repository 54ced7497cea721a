"""A core: what an audience asks of machines at one cadence, and the margins that are taken.

Every share and every second that is assumed and not measured stands here by name.
"""

from dataclasses import dataclass
from math import ceil
from typing import Final

from fullhouse.capacity.figures import PART_SECONDS, Figures

CADENCES: Final = (1, 3, 12, 30)
"""Parts per send."""
KBIT: Final = {"aac": 64, "opus": 32, "aac-low": 24, "opus-low": 16}
"""Sound alone, by rendition."""

BUSY_AT_MOST: Final = 0.7
"""Share of each core that is planned for; above it the sound is late when anything happens."""
CARD_AT_MOST: Final = 0.8
"""Share of the network card."""
MEMORY_AT_MOST: Final = 0.7
"""Share of the memory."""
PEAK: Final = 2.0
"""The busiest second of arrival, against the average."""
STALLED: Final = 0.02
"""Share of listeners whose phone does not read at the moment."""
IN_FLIGHT: Final = 0.25
"""Seconds that bytes wait in the kernel until a phone has acknowledged them."""
KERNEL_SHARE: Final = 2.0
"""Memory that the kernel takes for a byte that waits."""

SEGMENT: Final = 1_448
"""Bytes of a chunk in one packet on Ethernet."""
AROUND_PACKET: Final = 90
"""TCP with timestamps 32, IPv4 20, Ethernet with preamble and gap 38. IPv6: 20 more."""
RECORD: Final = 16_384
AROUND_RECORD: Final = 22
"""TLS 1.3: header 5, type 1, tag 16."""


def chunk_bytes(figures: Figures, rendition: str, cadence: int) -> int:
    """Return the bytes of one send."""
    sound = KBIT[rendition] * 1_000 / 8 * PART_SECONDS
    return round((sound + figures.part_extra) * cadence)


def wire_bytes(chunk: int) -> int:
    """Return what a chunk is on the wire, with TLS, TCP, IP and Ethernet around it."""
    told = chunk + ceil(chunk / RECORD) * AROUND_RECORD
    return told + ceil(told / SEGMENT) * AROUND_PACKET


@dataclass(frozen=True, slots=True)
class Load:
    """What one listener costs at one cadence.

    Attributes:
        cadence, seconds: parts per send, and how long they sound.
        chunk: bytes of one send.
        cores: share of a core that sends to one listener.
        bits: per second on the wire.
        user, kernel: bytes of memory.
        buffers: of the kernel's, what TCP counts against its own limit.
    """

    cadence: int
    seconds: float
    chunk: int
    cores: float
    bits: float
    user: float
    kernel: float
    buffers: float


def load(figures: Figures, rendition: str, cadence: int) -> Load:
    """Return what one listener costs."""
    seconds = cadence * PART_SECONDS
    chunk = chunk_bytes(figures, rendition, cadence)
    waiting = chunk / seconds * IN_FLIGHT * KERNEL_SHARE
    buffers = waiting + STALLED * figures.stalled
    return Load(
        cadence=cadence,
        seconds=seconds,
        chunk=chunk,
        cores=figures.send(chunk) / 1e6 / seconds,
        bits=wire_bytes(chunk) * 8 / seconds,
        user=figures.user,
        kernel=figures.kernel + buffers,
        buffers=buffers,
    )


def places(open_files: int) -> int:
    """Return how many listeners one worker takes with so many open files.

    It keeps 100 to 200 for itself, and some for telling people that it is full.
    """
    usable = max(8, open_files - 100 - min(100, open_files // 100))
    return usable - max(4, min(200, open_files // 40))


def fits(chunk: int, send_buffer: int) -> bool:
    """Return whether an edge sends so much at once by itself.

    The kernel doubles the buffer, and takes some of it for its own needs.
    """
    return chunk <= 2 * send_buffer * 0.85


def slowest(figures: Figures, rendition: str) -> int:
    """Return the longest cadence that an edge goes to by itself."""
    reached = [
        cadence
        for cadence in CADENCES
        if fits(chunk_bytes(figures, rendition, cadence), figures.send_buffer)
    ]
    return max(reached, default=CADENCES[0])
