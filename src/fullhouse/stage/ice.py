"""A shell: our end of ICE: which address and which UDP port a speaker sends to.

aioice takes any port of any interface but loopback; here both are chosen. Two more things that
it leaves open are closed: datagrams from strangers never reach DTLS or SRTP, and what waits to
be read is bounded. Made for aioice 0.13; tests/stage/test_ice.py says what of it is relied on.
Source: RFC 8445; ASVS 5.0 17.2.6 (DTLS only from the checked pair).
"""

import asyncio
import errno
import random
from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, cast

import structlog
from aioice import Candidate, Connection
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import StunProtocol, get_host_addresses
from aiortc import RTCIceGatherer

from fullhouse.errors import NotReady
from fullhouse.stage.sieve import Allowance
from fullhouse.units import SECOND, Micros

MOST_WAITING: Final = 256
"""Datagrams of one speaker that wait to be read: five seconds of sound."""
FIRST_NOT_STUN: Final = 4
"""A datagram's first byte: below it is STUN. Source: RFC 7983."""
CHECKS_PER_SECOND: Final = 50
"""STUN messages from addresses that are known, and as many from others."""
MOST_PAIRS: Final = 100
"""More pairs of addresses are not tried: each makes aioice sort all of them again."""

log = structlog.get_logger()


class NoMediaPort(NotReady):
    code = "no_media_port"
    message = "Every port for speakers' sound is taken. Please try again."


@dataclass(frozen=True, slots=True)
class Reach:
    """Where speakers send their sound.

    Attributes:
        host: the address that answers name; `0.0.0.0` or `::` for all of this machine's. One
            that is not this machine's (a router's in front of it) is named and not listened on.
        ports: the UDP ports to take, or None for any.
        near: with a loopback `host`: this machine's other addresses are named as well, and
            answer this machine alone. Firefox leaves loopback out.
    """

    host: str
    ports: range | None = None
    near: bool = False

    def addresses(self) -> list[str]:
        """Return the addresses to name."""
        address = ip_address(self.host)
        four = address.version == 4
        if self._inside:
            return [self.host, *get_host_addresses(four, not four)]
        if not address.is_unspecified:
            return [self.host]
        return [*get_host_addresses(four, not four), "127.0.0.1" if four else "::1"]

    def senders(self) -> Set[str]:
        """Return who alone may send; empty: anybody."""
        return frozenset(self.addresses()) if self._inside else frozenset()

    @property
    def _inside(self) -> bool:
        return self.near and ip_address(self.host).is_loopback


class Checkpoint(StunProtocol):
    """One UDP port. Only the address that ICE has checked may send more than STUN.

    Args:
        senders: hosts that alone may send anything at all; empty: any.
    """

    def __init__(self, receiver: Connection, senders: Set[str]) -> None:
        super().__init__(receiver)
        self._senders = senders
        self._known = Allowance(CHECKS_PER_SECOND)
        self._strangers = Allowance(CHECKS_PER_SECOND)

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        if self._senders and addr[0] not in self._senders:
            return
        first = cast(bytes, data[:1])
        if first and first[0] < FIRST_NOT_STUN:
            if self._may_check(addr[:2]):
                # aioice lets cut-off attributes fall through as struct.error, and others.
                with suppress(Exception):
                    super().datagram_received(data, addr)
        elif first and self._is_let_in(addr[:2]):
            self.receiver.data_received(cast(bytes, data), self.local_candidate.component)

    def _may_check(self, sender: tuple[str, int]) -> bool:
        now = Micros(int(asyncio.get_running_loop().time() * SECOND))
        pairs = self.receiver._check_list
        if any(pair.remote_addr == sender for pair in pairs):
            return self._known.take(now)
        return len(pairs) < MOST_PAIRS and self._strangers.take(now)

    def _is_let_in(self, sender: tuple[str, int]) -> bool:
        connection = self.receiver
        pair = connection._nominated.get(1)
        known = [pair] if pair is not None else connection._check_list
        expected = any(pair.remote_addr == sender for pair in known)
        return expected and connection._queue.qsize() < MOST_WAITING


class OwnConnection(Connection):
    """An ICE connection on the ports and the address of a `Reach`."""

    def __init__(self, reach: Reach) -> None:
        super().__init__(ice_controlling=False)
        self._reach = reach

    def data_received(self, data: bytes, component: int) -> None:
        """Take what is no STUN message; bytes that only begin like one are dropped."""
        if data[0] >= FIRST_NOT_STUN:
            super().data_received(data, component)

    async def get_component_candidates(
        self, component: int, addresses: list[str], timeout: int = 5
    ) -> list[Candidate]:
        candidates = []
        for host in self._reach.addresses():
            try:
                protocol = await self._bind(host)
            except OSError as error:
                log.warning("no port for speakers", host=host, why=str(error))
                continue
            protocol.local_candidate = Candidate(
                foundation=candidate_foundation("host", "udp", host),
                component=component,
                transport="udp",
                priority=candidate_priority(component, "host"),
                host=host,
                port=protocol.transport.get_extra_info("sockname")[1],
                type="host",
            )
            self._protocols.append(protocol)
            candidates.append(protocol.local_candidate)
        if not candidates:
            raise NoMediaPort()
        return candidates

    async def _bind(self, host: str) -> Checkpoint:
        ports = list(self._reach.ports or (0,))
        random.shuffle(ports)
        listen, senders = host, self._reach.senders()
        loop = asyncio.get_running_loop()
        for port in ports:
            try:
                return (
                    await loop.create_datagram_endpoint(
                        lambda: Checkpoint(self, senders), local_addr=(listen, port)
                    )
                )[1]
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL and listen == host:
                    listen = "::" if ":" in host else "0.0.0.0"
                    ports.append(port)
                elif error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, f"ports {self._reach.ports} are all taken")


def gatherer(reach: Reach) -> RTCIceGatherer:
    """Return aiortc's gatherer over a connection of ours."""
    made = RTCIceGatherer(iceServers=[])
    made._connection = OwnConnection(reach)
    return made
