"""A shell: asks a host whether a rehearsal may aim at it, and what it says of the room.

Nothing is aimed at a host that does not prove that it knows the operator's token.
"""

import http.client
import ipaddress
import json
import secrets
import socket
from dataclasses import dataclass
from typing import Any, Final

from fullhouse import proof
from fullhouse.errors import NotReady, Refused
from fullhouse.rehearsal.target import Link

PATIENCE: Final = 5.0
MOST_BYTES: Final = 1 << 20


class NotOurs(Refused):
    """The host has not proved that it is the operator's."""

    code = "not_ours"


class NobodyThere(NotReady):
    """No edge answers."""

    code = "nobody_there"


def resolve(link: Link) -> tuple[str, int]:
    """Return the address that a link means.

    Raises:
        NobodyThere: there is none.
    """
    try:
        found = socket.getaddrinfo(link.host, link.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NobodyThere(f"There is no host {link.host!r}.") from error
    return str(found[0][4][0]), link.port


def is_local(address: str) -> bool:
    """Return whether an IPv4 address is this machine's: 127.0.0.0/8 is beside it then."""
    if not isinstance(ipaddress.ip_address(address), ipaddress.IPv4Address):
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def check(link: Link, token: str) -> None:
    """See that a host is the operator's.

    Raises:
        NotOurs: it does not prove it.
        NobodyThere: nobody answers.
    """
    nonce = secrets.token_hex(16)
    status, said = _ask(link, f"{proof.PATH}?nonce={nonce}")
    told = said.get("proof") if status == 200 else None
    if not isinstance(told, str) or not proof.proves(told, token, nonce, link.host.lower()):
        raise NotOurs(
            f"{link.netloc} does not prove that it is yours: it does not know your rehearsal "
            "token. Name the folder of its `fullhouse up` with --data, or give its token."
        )


@dataclass(frozen=True, slots=True)
class RoomSaid:
    """What state.json says.

    Attributes:
        epoch: unix seconds.
        lowered: what is lowered and why; empty: nothing.
        cadence: parts with one send; plain streams cannot say it themselves.
    """

    state: str
    epoch: float
    streams: list[str]
    lowered: str
    cadence: int


def room(link: Link) -> RoomSaid:
    """Return what the edge says of a room.

    Raises:
        Refused: there is no such room.
        NobodyThere: nobody answers.
    """
    status, said = _ask(link, f"/{link.slug}/state.json")
    if status != 200:
        why = str(said.get("message", f"{link.netloc} answers {status}."))
        raise Refused(why, code=str(said.get("code", "refused")))
    try:
        lowered = said.get("lowered")
        words = str(lowered["what"]) if isinstance(lowered, dict) else ""
        streams = [str(stream) for stream in said["streams"]]
        cadence = max(1, min(30, int(said.get("cadence", 1))))
        return RoomSaid(str(said["state"]), int(said["epoch"]) / 1e6, streams, words, cadence)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"{link.netloc} is no edge of Fullhouse.", code="no_edge") from error


def _ask(link: Link, path: str) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(link.host, link.port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers={"Host": link.netloc, "Connection": "close"})
        answer = connection.getresponse()
        raw = answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise NobodyThere(f"No edge answers at {link.netloc}.") from error
    finally:
        connection.close()
    try:
        said = json.loads(raw)
    except ValueError:
        said = {}
    return answer.status, said if isinstance(said, dict) else {}
