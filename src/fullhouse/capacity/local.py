"""A core: what was tried on this machine (io_uring, clock, disk, UDP), and what it means."""

import errno
from dataclasses import dataclass
from typing import Final

from fullhouse.capacity.check import Check, ceiling, fine, not_checked, warning

LEAST_FREE: Final = 2_000_000_000
"""Bytes: the bus may keep one gigabyte, and rooms, filler and logs need a little."""
SLOW_SYNC: Final = 0.1
"""Seconds for one small write to be safe on the disk: each change of a room waits for it."""
FAR_OFF: Final = 0.05
"""Seconds of a clock's error. An edge waits 0.2 s for a part, of which networks need some."""
_UNSYNCHRONISED: Final = 0x40
"""STA_UNSYNC of adjtimex(2)."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Whether io_uring could be set up.

    Attributes:
        failed: errno; 0 where it worked.
        disabled: kernel.io_uring_disabled; None where there is no such setting.
        filtered: a seccomp filter is on this process.
    """

    failed: int
    disabled: int | None
    filtered: bool


def ring(tried: Ring) -> Check:
    """Say whether an edge can send by io_uring, and what it costs where it cannot."""
    name = "io_uring, to send to many ears"
    cost = "each listener gets a write of its own, which costs more on a crowded machine"
    match tried:
        case Ring(failed=0):
            return fine(name, "works")
        case Ring(failed=errno.ENOSYS):
            return warning(name, f"this kernel has none; {cost}", "a kernel from 6.0 on")
        case Ring(disabled=1 | 2):
            found = f"blocked: kernel.io_uring_disabled is {tried.disabled}; {cost}"
            return warning(name, found, "sysctl -w kernel.io_uring_disabled=0")
        case Ring(filtered=True):
            return warning(
                name, f"blocked by a seccomp filter, as in many containers; {cost}",
                "in Docker: --security-opt seccomp=PROFILE.json, a profile that allows "
                "io_uring_setup, io_uring_enter and io_uring_register",
            )  # fmt: skip
        case _:
            why = errno.errorcode.get(tried.failed, str(tried.failed))
            return warning(name, f"cannot be used ({why}); {cost}")


@dataclass(frozen=True, slots=True)
class Timekeeping:
    """What the machine's clock says of itself.

    Attributes:
        status: of adjtimex(2); None where it cannot be asked.
        error: by how much it may be off, seconds, by its own account.
        skew: how late parts come by this clock in a running worker, seconds; None: no rooms.
        remote: by how much the clock at --url differs, seconds; its answers say whole seconds.
    """

    status: int | None
    error: float
    skew: float | None
    remote: float | None


def clock(told: Timekeeping) -> list[Check]:
    """Say whether the clock can be trusted."""
    name = "clock"
    checks = []
    remedy = "apt install chrony, or: timedatectl set-ntp true"
    if told.remote is not None and abs(told.remote) > 2.0:
        found = f"the clock at --url differs from this one's by {abs(told.remote):.0f} s"
        checks.append(warning("clock at --url", found, remedy))
    if told.skew is not None and abs(told.skew) > 1.0:
        found = f"parts reach the running workers {told.skew:.1f} s off: stage and edge disagree"
        checks.append(warning("clock of stage and edge", found, remedy))
    if told.status is None:
        checks.append(not_checked(name, "the kernel does not say how it keeps time", remedy))
    elif told.status & _UNSYNCHRONISED:
        found = (
            "nothing keeps it right (the kernel calls it unsynchronised). No matter on one"
            " machine; stages and edges on several must agree within 0.05 s"
        )
        checks.append(warning(name, found, remedy))
    elif told.error > FAR_OFF:
        found = f"kept right, but may be {told.error:.2f} s off by its own account"
        checks.append(warning(name, found, remedy))
    else:
        checks.append(fine(name, f"kept right, within {told.error * 1000:.0f} ms"))
    return checks


@dataclass(frozen=True, slots=True)
class Disk:
    """What writing into the data folder was like.

    Attributes:
        folder: that was tried.
        trouble: why it cannot be written; empty if it can.
        free: bytes.
        speed: bytes a second.
        sync: seconds for a small write to be safe, the worst of some.
    """

    folder: str
    trouble: str
    free: int
    speed: float
    sync: float


def disk(tried: Disk) -> Check:
    """Say whether the data folder does what it is for."""
    name = "disk of the data folder"
    if tried.trouble:
        found = f"{tried.folder} cannot be written: {tried.trouble}. fullhouse up will not start"
        return ceiling(name, 0, found, "name another folder with --data, or make room in this one")
    found = (
        f"{tried.free / 1e9:.1f} GB free, {tried.speed / 1e6:.0f} MB/s, a small write is safe after"
        f" {tried.sync * 1000:.1f} ms ({tried.folder})"
    )
    if tried.free < LEAST_FREE:
        return warning(name, found, f"leave {LEAST_FREE / 1e9:.0f} GB free")
    if tried.sync > SLOW_SYNC:
        return warning(name, f"{found}; opening doors and going live wait for that", "a local disk")
    return fine(name, found)


@dataclass(frozen=True, slots=True)
class Udp:
    """What came of sending sound's way to one address.

    Attributes:
        address: where to.
        ports: how many were tried, and those that somebody has already.
        came: of those that were free, on how many what was sent came back in.
        trouble: why the address cannot be used at all; empty if it can.
        outside: it is not an address of this machine's own.
    """

    address: str
    ports: int
    taken: int
    came: int
    trouble: str = ""
    outside: bool = False


def udp(tried: Udp) -> Check:
    """Say whether speakers' sound can reach an address."""
    name = f"UDP for speakers, {tried.address}"
    free = tried.ports - tried.taken
    if tried.trouble:
        return warning(name, tried.trouble, "name the stage's address with --media-host")
    if free == 0:
        return not_checked(name, f"all {tried.ports} media ports are taken now")
    if tried.came == free:
        taken = f", {tried.taken} in use" if tried.taken else ""
        here = "" if tried.outside else "; from outside: not checked, the firewall decides"
        return fine(name, f"{tried.came} of {free} free ports reached{taken}{here}")
    if tried.outside:
        return not_checked(
            name, "what is sent there from here does not come back: many networks do not turn it"
            " around. Speak once from outside to be sure",
        )  # fmt: skip
    return warning(
        name, f"only {tried.came} of {free} free ports are reached on the machine itself",
        f"nft list ruleset: let UDP to the media ports of {tried.address} in",
    )  # fmt: skip
