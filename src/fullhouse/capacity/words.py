"""A core: what was measured and what is assumed, in plain words, for those who will rely on it."""

from math import ceil

from fullhouse.capacity.figures import Figures
from fullhouse.capacity.load import (
    AROUND_PACKET,
    AROUND_RECORD,
    BUSY_AT_MOST,
    CARD_AT_MOST,
    IN_FLIGHT,
    KERNEL_SHARE,
    MEMORY_AT_MOST,
    PEAK,
    STALLED,
    fits,
)
from fullhouse.capacity.plan import Plan


def measured_lines(figures: Figures) -> list[str]:
    """Return whence a diagnosis has what a listener costs."""
    if figures.measured:
        return [f"What a listener costs was measured here at {figures.measured} (fullhouse plan)."]
    return [
        "What a listener costs was not measured here yet: the bounds that Fullhouse is built to"
        " keep are taken. fullhouse plan measures it in 20 seconds."
    ]


def calibrated(figures: Figures, kept: str) -> list[str]:
    """Return what was measured, when, on what."""
    hardware = ", ".join(
        f"{name} {_short(value)}" for name, value in figures.hardware.items() if value
    )
    how = f" by {figures.sender}" if figures.sender else ""
    costs = ", ".join(f"{cost:g} µs for {size:,} bytes" for size, cost in figures.sends)
    where = f" Kept in {kept}; measure again with --calibrate." if kept else ""
    return [
        f"{figures.measured}, in {figures.seconds:g} s with {figures.listeners:,} sockets of one"
        f" edge worker ({hardware}).{where}",
        f"A send{how}: {costs}. On loopback, where the sender also pays for part of the receiving.",
        f"A join {figures.join:g} µs. A listener {figures.user:,} bytes of user space and"
        f" {figures.kernel:,} in the kernel; stalled {figures.stalled:,} (send buffer"
        f" {figures.send_buffer:,}). A worker {figures.worker / 1e6:.0f} MB.",
        *(f"Doubt: {doubt}." for doubt in figures.doubts),
    ]


def _short(value: str | int | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value / 1e9:.0f} GB" if value > 1e6 else f"{value:g}"


def assumed(made: Plan, figures: Figures) -> list[str]:
    """Return what no measurement stands behind."""
    lines = [
        f"Cores are planned {BUSY_AT_MOST:.0%} full, network cards {CARD_AT_MOST:.0%}, memory"
        f" {MEMORY_AT_MOST:.0%}. The busiest second of arrival is {PEAK:g} × the average.",
        "Each edge is a machine like this one but for what was said; cores add up (network cards"
        " interrupt them, which loopback does not show).",
        f"Gbit/s is with TCP, IPv4 and Ethernet ({AROUND_PACKET} bytes a packet) and TLS"
        f" ({AROUND_RECORD} bytes a record). The CPU of TLS is not in here: TLS is the work of what"
        " stands in front, and there every listener costs encryption of their own.",
        f"{STALLED:.0%} of phones stall at any time; what is sent waits {IN_FLIGHT:g} s in the"
        f" kernel for phones to acknowledge it and takes {KERNEL_SHARE:g} × its bytes there.",
        "Behind: cadence plus 0.3 s. Pages may keep more in hand on bad networks; players that do"
        " not follow the live edge lag by seconds of their own.",
    ]
    large = next((need for need in made.needs if not fits(need.chunk, figures.send_buffer)), None)
    if large is not None:
        buffer = ceil(large.chunk / 2 / 0.85)
        lines.append(
            f"A send of {large.chunk:,} bytes, one each {large.seconds:.2f} s, does not fit into"
            " what the kernel keeps for a listener. Edges go there by themselves only with"
            f" --send-buffer {buffer}, and then each phone that stalls takes more memory."
        )
    return lines
