"""A UDP relay for tests: a network on loopback that loses, delays and reorders by a pattern.

A client sends to the relay's port, the relay sends on to the server, and back. Only sound on
its way to the server is treated badly, by its number: the same pattern does the same to
everyone. ICE, DTLS and RTCP pass.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOOPBACK: Final = "127.0.0.1"
Address = tuple[str, int]


@dataclass(frozen=True)
class Weather:
    """What happens to packet number n of the sound.

    Attributes:
        lost: whether it is lost.
        delay_ms: how long it takes.
    """

    lost: NDArray[np.bool_]
    delay_ms: NDArray[np.float64]

    def of(self, number: int) -> float | None:
        """Return how many ms packet `number` takes, or None: it is lost."""
        place = number % len(self.lost)
        return None if self.lost[place] else float(self.delay_ms[place])


def weather(
    *, loss: float = 0.0, burst: int = 1, delay_ms: float = 1, jitter_ms: float = 0, seed: int = 1
) -> Weather:
    """Return a pattern for 200 s that is the same for the same seed.

    Args:
        loss: share of the packets that is lost, `burst` in a row.
        delay_ms, jitter_ms: each takes the one plus or minus up to the other, by itself, so
            that packets overtake each other.
    """
    dice, count = np.random.default_rng(seed), 10_000
    begins = dice.random(count) < loss / burst / (1 - loss / burst * (burst - 1))
    lost = np.zeros(count, bool)
    number = 0
    while number < count:
        if begins[number]:
            lost[number : number + burst] = True
            number += burst
        else:
            number += 1
    delays = delay_ms + dice.uniform(-jitter_ms, jitter_ms, count)
    return Weather(lost, delays)


def is_sound(datagram: bytes) -> bool:
    """Return whether this is RTP, and neither STUN, DTLS nor RTCP. Source: RFC 7983, RFC 5761."""
    return len(datagram) > 1 and 128 <= datagram[0] <= 191 and not 192 <= datagram[1] <= 223


@dataclass
class Relay:
    """One client's way to its server.

    Attributes:
        port: where the client sends to.
        server: where it goes on to; may be set later.
        dark: nothing passes, in either direction.
        sound: how many packets of sound came from the client, and how many were lost.
    """

    weather: Weather
    port: int = 0
    server: Address | None = None
    dark: bool = False
    sound: int = 0
    lost: int = 0
    _client: Address | None = None
    _ends: list[asyncio.DatagramTransport] = field(default_factory=list)

    def from_client(self, datagram: bytes, sender: Address) -> None:
        self._client = sender
        delay: float | None = 0.0
        if is_sound(datagram):
            delay = self.weather.of(self.sound)
            self.sound += 1
            self.lost += delay is None
        if delay is None or self.dark:
            return
        if delay:
            asyncio.get_running_loop().call_later(delay / 1000, self._on, datagram)
        else:
            self._on(datagram)

    def _on(self, datagram: bytes) -> None:
        if self.server is not None and not self._ends[1].is_closing():
            self._ends[1].sendto(datagram, self.server)

    def from_server(self, datagram: bytes, _sender: Address) -> None:
        if self._client is not None and not self.dark and not self._ends[0].is_closing():
            self._ends[0].sendto(datagram, self._client)


class _End(asyncio.DatagramProtocol):
    def __init__(self, relay: Relay, *, faces_client: bool) -> None:
        self._take = relay.from_client if faces_client else relay.from_server

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._take(data, addr)

    def error_received(self, exc: Exception) -> None:
        """The other end is gone; its test sees that by itself."""


@asynccontextmanager
async def relay(pattern: Weather) -> AsyncIterator[Relay]:
    """Yield a relay that runs until the block ends."""
    made, loop = Relay(pattern), asyncio.get_running_loop()
    try:
        for faces_client in (True, False):
            end, _ = await loop.create_datagram_endpoint(
                lambda way=faces_client: _End(made, faces_client=way),  # type: ignore[misc]  # a lambda with a default has no type
                local_addr=(LOOPBACK, 0),
            )
            made._ends.append(end)
        made.port = int(made._ends[0].get_extra_info("sockname")[1])
        yield made
    finally:
        for end in made._ends:
            end.close()
