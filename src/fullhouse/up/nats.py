"""A shell: finds the nats-server, sees that it is new enough, and writes its configuration.

It does not start it: that is `up`'s, as with every child.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fullhouse.errors import Refused
from fullhouse.up.nats_config import OLDEST, USER, config, version_of

FIRST_PORT: Final = 10_000


@dataclass(frozen=True, slots=True)
class NatsServer:
    """A server that is ready to be started, as often as need be, always at the same place.

    Attributes:
        command: what to run.
        port: on loopback.
        url: where to find it, with the password: for the environment, never for a command line.
        log: where it writes what it has to say.
    """

    command: tuple[str, ...]
    port: int
    url: str
    log: Path


def nats_server(data: Path, chosen: str) -> NatsServer:
    """Prepare the server that `chosen` is the path of, or the one that is installed along.

    Raises:
        Refused: there is none, or it is too old.
        OSError: the data folder cannot be written.
    """
    binary = _find(chosen)
    _check_version(binary)
    folder, logs = data / "nats", data / "logs"
    folder.mkdir(mode=0o700, exist_ok=True)
    logs.mkdir(exist_ok=True)
    port, password, log = _free_port(), secrets.token_urlsafe(24), logs / "nats.log"
    file = folder / "nats.conf"
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as writer:
        store = str(folder / "store")
        writer.write(config(port=port, password=password, store=store, log=str(log)))
    return NatsServer(
        command=(binary, "-c", str(file)),
        port=port,
        url=f"nats://{USER}:{password}@127.0.0.1:{port}",
        log=log,
    )


def _find(chosen: str) -> str:
    beside = str(Path(sys.executable).parent)
    found = shutil.which(chosen) if chosen else shutil.which("nats-server", path=beside)
    found = found or (None if chosen else shutil.which("nats-server"))
    if found is None:
        what = f"{chosen} cannot be run" if chosen else "nats-server is not installed"
        raise Refused(f"{what}: name a nats-server with --nats-server.", code="no_nats_server")
    return found


def _check_version(binary: str) -> None:
    try:
        done = subprocess.run(
            [binary, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Refused(f"{binary} cannot be run: {error}.", code="no_nats_server") from error
    version = version_of(done.stdout + done.stderr)
    if version is None or version < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        found = ".".join(map(str, version)) if version else "of an unknown version"
        raise Refused(
            f"{binary} is {found}: Fullhouse needs {oldest} or newer.", code="old_nats_server"
        )


def _free_port() -> int:
    """Return a free port outside the range from which outgoing connections get theirs.

    The server comes back on the same port after it was killed. From that range, the port could
    be taken in the meantime, even by a client's own attempt to reach it.
    """
    try:
        text = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
        last = max(int(text.split()[0]), FIRST_PORT + 1000)
    except (OSError, ValueError):
        last = 32_768
    for _ in range(1000):
        port = FIRST_PORT + secrets.randbelow(last - FIRST_PORT)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Refused("There is no free port for nats-server on this machine.", code="no_port")
