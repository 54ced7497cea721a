"""A shell: what `up` takes hold of before it starts anything, so that it refuses early and whole.

The data folder (one `up` at a time), the public ports, and run.json: what commands on the same
machine need to find and be let into the house.
"""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from fullhouse.errors import Refused


@contextmanager
def claimed_folder(data: Path) -> Iterator[Path]:
    """Hold the data folder alone for as long as the block runs; it is made if it is missing.

    Raises:
        Refused: it cannot be made or written, or another `up` holds it.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / "up.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        why = error.strerror or error
        raise Refused(f"Cannot write to {data}: {why}.", code="unwritable") from error
    try:
        _lock(lock, data)
        yield data
    finally:
        os.close(lock)


def _lock(lock: int, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Refused(
            f"Another fullhouse up is running on {data}. Give this one its own --data.",
            code="already_up",
        ) from error


def check_ports(host: str, ports: Mapping[str, int]) -> None:
    """See that all ports can be listened on.

    Args:
        ports: for each option that sets a port the port that it sets.

    Raises:
        Refused: one is taken, not ours to take, or none at all. It names the option.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for option, port in ports.items():
        if not 0 < port < 65_536:
            raise Refused(f"{option} must be a port from 1 to 65535.", code="bad_port")
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
                probe.listen(1)
            except OSError as error:
                why = (error.strerror or str(error)).lower()
                raise Refused(
                    f"Cannot listen on {host} port {port}: {why}. Choose another with {option}.",
                    code="port_taken",
                ) from error


@contextmanager
def told_in_run_file(data: Path, facts: Mapping[str, str | int]) -> Iterator[Path]:
    """Keep run.json with these facts in the data folder for as long as the block runs.

    It holds a secret: nobody but the owner may read it, and nobody ever sees half of it.
    """
    file, fresh = data / "run.json", data / "run.json.new"
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writer:
        json.dump(facts, writer)
    fresh.rename(file)
    try:
        yield file
    finally:
        file.unlink(missing_ok=True)
