"""A core: from an audience to machines, by what one listener costs and what a machine has."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from fullhouse.capacity.figures import Figures
from fullhouse.capacity.load import (
    BUSY_AT_MOST,
    CADENCES,
    CARD_AT_MOST,
    MEMORY_AT_MOST,
    PEAK,
    fits,
    load,
    places,
)

WORTH: Final = 1.05
"""Share of machines more that a shorter cadence is worth."""
BEHIND: Final = 0.3
"""Seconds that the sound needs beside the cadence: encoding, the deadline, the way."""


class Limit(StrEnum):
    """What a machine can run out of."""

    CORES = "cores"
    NETWORK = "network card"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is to hear.

    Attributes:
        arrive_within: seconds in which all of them come.
        rendition: the stream that they take.
    """

    listeners: int
    arrive_within: float
    rendition: str


@dataclass(frozen=True, slots=True)
class Edge:
    """One machine to plan with.

    Attributes:
        open_files: that one worker may have.
    """

    cores: float
    gbit: float
    memory: int
    open_files: int


@dataclass(frozen=True, slots=True)
class Need:
    """What an audience needs at one cadence, over all machines.

    Attributes:
        cadence, seconds: parts per send, and how long they sound.
        behind: seconds from mouth to ear, about.
        sending, joining, cores: cores that send; that let people in during the busiest second;
            and that are to be had, with the margin.
        workers: processes.
        gbit: on the wire, in all.
        user, kernel: bytes of memory in all, without margin.
        edges: machines.
        shares: how many machines each resource alone would need.
        binds: which of them is short first.
        per_edge: listeners on each.
        chunk: bytes of one send.
    """

    cadence: int
    seconds: float
    behind: float
    sending: float
    joining: float
    cores: float
    workers: int
    gbit: float
    user: int
    kernel: int
    edges: int
    shares: Mapping[Limit, float]
    binds: Limit
    per_edge: int
    chunk: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What an audience needs, at every cadence.

    Attributes:
        joins: a second, on the average and in the busiest second.
        chosen: the need that was asked for, or that is the best trade.
    """

    audience: Audience
    edge: Edge
    joins: tuple[float, float]
    needs: tuple[Need, ...]
    chosen: Need


def plan(audience: Audience, figures: Figures, edge: Edge, cadence: int | None = None) -> Plan:
    """Return what it takes.

    Args:
        cadence: the one to answer for; None: the shortest that needs hardly more machines than
            the longest does.
    """
    needs = tuple(_need(audience, figures, edge, one) for one in CADENCES)
    joins = audience.listeners / audience.arrive_within
    reached = [need for need in needs if fits(need.chunk, figures.send_buffer)] or needs[:1]
    enough = min(need.edges for need in reached) * WORTH
    chosen = next(
        need
        for need in (needs if cadence else reached)
        if need.cadence == cadence or (cadence is None and need.edges <= enough)
    )
    return Plan(audience, edge, (joins, joins * PEAK), needs, chosen)


def _need(audience: Audience, figures: Figures, edge: Edge, cadence: int) -> Need:
    count = audience.listeners
    one = load(figures, audience.rendition, cadence)
    sending = count * one.cores
    joining = count / audience.arrive_within * PEAK * figures.join / 1e6
    by_files = ceil(count / places(edge.open_files))
    workers = max(ceil((sending + joining) / (BUSY_AT_MOST - figures.idle)), by_files)
    cores = (sending + joining + workers * figures.idle) / BUSY_AT_MOST
    gbit = count * one.bits / 1e9
    user = ceil(count * one.user + workers * figures.worker)
    kernel = ceil(count * one.kernel)
    shares = {
        Limit.CORES: cores / edge.cores,
        Limit.NETWORK: gbit / (edge.gbit * CARD_AT_MOST),
        Limit.MEMORY: (user + kernel) / (edge.memory * MEMORY_AT_MOST),
    }
    binds = max(shares, key=lambda limit: shares[limit])
    edges = max(1, ceil(shares[binds]))
    return Need(
        cadence=cadence,
        seconds=one.seconds,
        behind=one.seconds + BEHIND,
        sending=sending,
        joining=joining,
        cores=cores,
        workers=max(workers, edges),
        gbit=gbit,
        user=user,
        kernel=kernel,
        edges=edges,
        shares=shares,
        binds=binds,
        per_edge=ceil(count / edges),
        chunk=one.chunk,
    )


def as_object(made: Plan) -> dict[str, object]:
    """Return the plan as one object for programs."""
    return {
        "listeners": made.audience.listeners,
        "arrive_within": made.audience.arrive_within,
        "rendition": made.audience.rendition,
        "edge": asdict(made.edge),
        "joins_per_second": {"average": made.joins[0], "busiest": made.joins[1]},
        "cadence": made.chosen.cadence,
        "needs": [_need_object(need) for need in made.needs],
        "margins": {
            "cores": BUSY_AT_MOST,
            "network": CARD_AT_MOST,
            "memory": MEMORY_AT_MOST,
            "peak": PEAK,
        },
    }


def _need_object(need: Need) -> dict[str, object]:
    return {
        **asdict(need),
        "shares": {limit.value: share for limit, share in need.shares.items()},
        "binds": need.binds.value,
    }
