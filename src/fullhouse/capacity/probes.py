"""A shell: tries things on this machine: io_uring, the clock, the disk, UDP. `local` judges."""

import ctypes
import errno
import os
import secrets
import shutil
import socket
import struct
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from fullhouse.capacity import proc
from fullhouse.capacity.local import Disk, Ring, Udp

PORTS_TRIED: Final = 40
COMES_WITHIN: Final = 0.5
_IO_URING_SETUP: Final = 425
"""The same number on every architecture: system calls since 5.1."""
_WRITTEN: Final = 32 << 20
_SYNCS: Final = 8
_NOT_OURS: Final = {errno.EADDRNOTAVAIL, errno.EINVAL, errno.EAFNOSUPPORT}
_TIMEX: Final = struct.Struct("=I4xqqqqi")
"""modes, offset, freq, maxerror, esterror, status: the head of struct timex, 64 bits."""


def try_ring() -> Ring:
    """Set up a small io_uring, and let go of it."""
    libc = ctypes.CDLL(None, use_errno=True)
    parameters = ctypes.create_string_buffer(120)
    ring = libc.syscall(_IO_URING_SETUP, 4, parameters)
    failed = ctypes.get_errno() if ring < 0 else 0
    if ring >= 0:
        os.close(ring)
    return Ring(failed, _sysctl("kernel/io_uring_disabled"), _is_filtered())


def _sysctl(name: str) -> int | None:
    with suppress(OSError):
        return proc.number((Path("/proc/sys") / name).read_text())
    return None


def _is_filtered() -> bool:
    with suppress(OSError):
        return proc.fields(Path("/proc/self/status").read_text()).get("Seccomp", 0) == 2
    return False


def ask_clock() -> tuple[int | None, float]:
    """Return the kernel's status of its clock, and by how many seconds it may be off."""
    buffer = ctypes.create_string_buffer(256)
    if struct.calcsize("l") != 8 or ctypes.CDLL(None).adjtimex(buffer) < 0:
        return None, 0.0
    _, _, _, most, _, status = _TIMEX.unpack_from(buffer.raw)
    return status, most / 1e6


def try_disk(data: Path) -> Disk:
    """Write into the data folder, or into the nearest folder above it that is there."""
    folder = next(one for one in (data, *data.parents) if one.exists())
    try:
        free = shutil.disk_usage(folder).free
        speed, sync = _write(folder, min(_WRITTEN, free // 4))
    except OSError as error:
        return Disk(str(folder), (error.strerror or str(error)).lower(), 0, 0.0, 0.0)
    return Disk(str(folder), "", free, speed, sync)


def _write(folder: Path, size: int) -> tuple[float, float]:
    block = secrets.token_bytes(1 << 20)
    with tempfile.TemporaryFile(dir=folder) as file:
        began = time.monotonic()
        for _ in range(max(1, size >> 20)):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
        speed = max(1, size >> 20) * len(block) / (time.monotonic() - began)
        worst = 0.0
        for _ in range(_SYNCS):
            began = time.monotonic()
            os.pwrite(file.fileno(), block[:4096], 0)
            os.fsync(file.fileno())
            worst = max(worst, time.monotonic() - began)
    return speed, worst


def try_udp(address: str, ports: Sequence[int], *, outside: bool = False) -> Udp:
    """Send one datagram to each of some ports at an address of ours, and see who comes in.

    Args:
        outside: the address is not this machine's: what is sent there may come back to us.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = ("::" if family == socket.AF_INET6 else "0.0.0.0") if outside else address
    some = ports[:: max(1, len(ports) // PORTS_TRIED)] if ports else (0,)
    taken = came = 0
    for port in some:
        try:
            with _bound(family, bound, port) as ear:
                came += _comes(ear, family, address)
        except OSError as error:
            if error.errno in _NOT_OURS:
                why = f"is not an address of this machine ({(error.strerror or '').lower()})"
                return Udp(address, len(some), 0, 0, f"{address} {why}", outside)
            taken += 1
        if outside and came == 0:
            break
    return Udp(address, len(some), taken, came, "", outside)


@contextmanager
def _bound(family: socket.AddressFamily, address: str, port: int) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_DGRAM) as ear:
        ear.bind((address, port))
        ear.settimeout(COMES_WITHIN)
        yield ear


def _comes(ear: socket.socket, family: socket.AddressFamily, address: str) -> int:
    word = secrets.token_bytes(16)
    with socket.socket(family, socket.SOCK_DGRAM) as mouth, suppress(OSError):
        mouth.sendto(word, (address, ear.getsockname()[1]))
        return int(ear.recv(64) == word)
    return 0
