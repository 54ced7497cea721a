"""A core: what one listener costs, as measured on a machine, and how it is kept in a file."""

import json
import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Final

from fullhouse.errors import Malformed

FORM: Final = 1
"""Of the file; another form is measured anew."""
PART_SECONDS: Final = 0.32


@dataclass(frozen=True, slots=True)
class Figures:
    """What one edge worker cost on one machine.

    Attributes:
        measured: when, RFC 3339; empty for figures that were not measured here.
        seconds: how long that took.
        listeners: how many there were.
        hardware: of that machine, by name.
        sender: how chunks went out: `uring`, `write`, or empty where the worker does not say.
        busy: the load average before it began: other work makes figures worse.
        send_buffer: kernel send buffer per listener, as set.
        sends: CPU µs of one send by bytes of the chunk, from small to large; never cheaper
            for more bytes.
        join: CPU µs from connection to first sound.
        idle: share of a core that a worker uses without listeners.
        part_extra: bytes around the sound in one part of a stream.
        user: bytes of user space per listener.
        kernel: bytes of kernel memory per listener who reads.
        stalled: the same per listener who has stopped reading.
        worker: bytes of a worker without listeners.
        disturbed: other work got so much in the way that the figures are not worth keeping.
        doubts: what made this measurement less sure, in plain words.
    """

    measured: str
    seconds: float
    listeners: int
    hardware: Mapping[str, str | int | float]
    sender: str
    busy: float
    send_buffer: int
    sends: tuple[tuple[int, float], ...]
    join: float
    idle: float
    part_extra: int
    user: int
    kernel: int
    stalled: int
    worker: int
    disturbed: bool = False
    doubts: tuple[str, ...] = field(default=())

    def send(self, size: int) -> float:
        """Return the CPU µs of sending one chunk of so many bytes: between two sizes a line."""
        sizes = [one for one, _ in self.sends]
        at = bisect_left(sizes, size)
        if at == 0:
            return self.sends[0][1]
        if at == len(sizes):
            at = len(sizes) - 1
            if at == 0:
                return self.sends[0][1] * size / sizes[0]
        (low, cheap), (high, dear) = self.sends[at - 1], self.sends[at]
        return cheap + (dear - cheap) * (size - low) / (high - low)


TYPICAL: Final = Figures(
    measured="",
    seconds=0.0,
    listeners=0,
    hardware={},
    sender="",
    busy=0.0,
    send_buffer=32_768,
    sends=((2_700, 6.0), (8_500, 7.0), (33_000, 16.0), (82_000, 35.0)),
    join=20.0,
    idle=0.01,
    part_extra=450,
    user=512,
    kernel=4_096,
    stalled=131_072,
    worker=70_000_000,
)
"""What is taken where nothing has been measured: the bounds that Fullhouse is built to keep."""


def rising(sends: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    """Return measured costs by size so that more bytes never cost less: noise is not a bargain."""
    dearest, rows = 0.0, []
    for size in sorted(sends):
        dearest = max(dearest, sends[size])
        rows.append((size, dearest))
    return tuple(rows)


def pack(figures: Figures) -> str:
    """Return the text of the file."""
    return json.dumps({"form": FORM, **asdict(figures)}, indent=1) + "\n"


def unpack(text: str) -> Figures:
    """Return the figures of a file.

    Raises:
        Malformed: it is none of ours, or its numbers cannot be.
    """
    try:
        kept = json.loads(text)
        if kept.pop("form") != FORM:
            raise ValueError("another form")
        sends = tuple((int(size), float(cost)) for size, cost in kept.pop("sends"))
        doubts = tuple(str(doubt) for doubt in kept.pop("doubts"))
        figures = replace(TYPICAL, **kept, sends=sends, doubts=doubts)
        _check(figures)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise Malformed(
            f"This file holds no figures of a calibration ({error}).", code="no_figures"
        ) from error
    return figures


def _check(figures: Figures) -> None:
    sizes = [size for size, _ in figures.sends]
    costs = [cost for _, cost in figures.sends]
    counted = (figures.join, figures.idle, figures.part_extra, figures.user, figures.kernel,
               figures.stalled, figures.worker, figures.busy, figures.seconds, figures.listeners,
               figures.send_buffer, *costs)  # fmt: skip
    if not sizes or sizes[0] <= 0 or sizes != sorted(set(sizes)) or costs != sorted(costs):
        raise ValueError("costs of sending do not rise")
    if not all(isinstance(one, int | float) and math.isfinite(one) and one >= 0 for one in counted):
        raise ValueError("a number that cannot be")
    if costs[0] <= 0 or figures.stalled < 1 or not isinstance(figures.hardware, dict):
        raise ValueError("a number that cannot be")
    if not isinstance(figures.disturbed, bool):
        raise ValueError("neither true nor false")
    if not isinstance(figures.measured, str) or not isinstance(figures.sender, str):
        raise ValueError("a word that is none")
