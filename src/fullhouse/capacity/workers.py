"""A core: what running edge workers say of themselves, and whether it is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fullhouse.capacity import proc
from fullhouse.capacity.check import Check, fine, warning

LONG_HALT: Final = 0.1
"""Seconds for which a worker's loop may stand still; a part's deadline is 0.2 s."""
NAME: Final = "fullhouse up"


@dataclass(frozen=True, slots=True)
class Worker:
    """What one worker says.

    Attributes:
        bus: the bus answers it.
        listeners: ears on endless streams.
        places: connections that it serves at the most; 0: it does not say.
        halt: the longest halt of its loop within the last minute, seconds.
        turned_away: connections for which there was no place, since its start.
        skew: how late parts come by its clock, the worst room, seconds; None: no rooms.
        sender: how it sends; empty if it does not say.
    """

    bus: bool
    listeners: int
    halt: float
    turned_away: int
    skew: float | None
    sender: str
    places: int = 0


def worker(health: Mapping[str, object], metrics: str) -> Worker:
    """Return what a worker's /healthz and /metrics say.

    Raises:
        ValueError, TypeError: it is no worker of ours.
    """
    if not isinstance(health, dict) or not isinstance(health.get("listeners"), int):
        raise ValueError("not a worker's /healthz")
    values = proc.samples(metrics)
    skews = proc.labels(metrics, "fullhouse_edge_skew_seconds").values()
    return Worker(
        bus=bool(health.get("bus")),
        listeners=health["listeners"],
        halt=values.get("fullhouse_edge_loop_block_seconds", 0.0),
        turned_away=int(values.get("fullhouse_edge_turned_away_total", 0)),
        skew=max(skews, key=abs, default=None),
        sender=sender(metrics),
        places=int(values.get("fullhouse_edge_places", 0)),
    )


def sender(metrics: str) -> str:
    """Return the name of a worker's sender: a label of one of its metrics; empty without."""
    for label, value in proc.labels(metrics, "fullhouse_edge_sender").items():
        if value:
            return label.partition('"')[2].partition('"')[0]
    return ""


def listeners(workers: Sequence[Worker | None]) -> int:
    """Return how many listen to all workers together."""
    return sum(one.listeners for one in workers if one is not None)


def workers_checks(workers: Sequence[Worker | None]) -> list[Check]:
    """Say whether all of them are well."""
    here = [one for one in workers if one is not None]
    if len(here) < len(workers):
        found = f"{len(workers) - len(here)} of {len(workers)} workers do not answer"
        return [warning(NAME, found, "look into what fullhouse up logs")]
    troubles = []
    if any(not one.bus for one in here):
        troubles.append(warning(f"{NAME}: bus", "the bus does not answer the workers"))
    if (halt := max(one.halt for one in here)) > LONG_HALT:
        found = f"a worker stood still for {halt:.2f} s within the last minute"
        troubles.append(warning(
            f"{NAME}: halts", found, "take other work off this machine, or give it more cores"
        ))  # fmt: skip
    if away := sum(one.turned_away for one in here):
        found = f"{away:,} connections were turned away for want of a place since it started"
        troubles.append(warning(f"{NAME}: full", found, "raise the limit that comes first here"))
    if troubles:
        return troubles
    senders = {one.sender for one in here} - {""}
    how = f", sending with {' and '.join(sorted(senders))}" if senders else ""
    return [fine(NAME, f"runs, {len(here)} workers, {listeners(here):,} listeners{how}")]
