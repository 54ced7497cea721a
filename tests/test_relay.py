"""The network that tests make for themselves."""

import asyncio
from typing import cast

import numpy as np
import pytest

from tests.relay import LOOPBACK, Address, is_sound, relay, weather

RTP, RTCP, STUN = bytes([0x80, 111, 0]), bytes([0x80, 201, 0]), bytes([0, 1, 0])


class Ear(asyncio.DatagramProtocol):
    """Writes down what it gets, and says a question back."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self.got.append(data)
        if not data.startswith(b"back"):
            self.transport.sendto(b"back " + data, addr)


@pytest.mark.parametrize("burst", [1, 3])
def test_as_much_is_lost_as_was_asked_for_and_the_same_each_time(burst: int) -> None:
    lost = weather(loss=0.05, burst=burst, seed=4).lost
    assert lost.mean() == pytest.approx(0.05, abs=0.01)
    assert (lost == weather(loss=0.05, burst=burst, seed=4).lost).all()
    runs = np.diff(np.flatnonzero(np.diff(lost.astype(int))))[::2]
    assert min(runs) == burst


def test_jitter_stays_within_its_bounds() -> None:
    delays = weather(delay_ms=50, jitter_ms=30).delay_ms
    assert 20 <= delays.min() < 25
    assert 75 < delays.max() <= 80


@pytest.mark.parametrize(("datagram", "sound"), [(RTP, True), (RTCP, False), (STUN, False)])
def test_only_sound_is_treated_badly(datagram: bytes, sound: bool) -> None:
    assert is_sound(datagram) is sound


async def test_what_is_lost_is_lost_and_all_else_goes_both_ways() -> None:
    loop = asyncio.get_running_loop()
    server, ear = await loop.create_datagram_endpoint(Ear, local_addr=(LOOPBACK, 0))
    pattern = weather(loss=0.3, delay_ms=5, jitter_ms=5)
    async with relay(pattern) as way:
        way.server = server.get_extra_info("sockname")[:2]
        client, mouth = await loop.create_datagram_endpoint(Ear, remote_addr=(LOOPBACK, way.port))
        for number in range(100):
            client.sendto(RTP + bytes([number]))
        client.sendto(STUN)
        await asyncio.sleep(0.3)
        way.dark = True
        client.sendto(STUN)
        await asyncio.sleep(0.05)
        client.close()
    server.close()
    came = [datagram[3] for datagram in ear.got if datagram != STUN]
    assert sorted(came) == [number for number in range(100) if not pattern.lost[number]]
    assert came != sorted(came)
    assert ear.got.count(STUN) == 1
    assert b"back " + STUN in mouth.got
    assert (way.sound, way.lost) == (100, int(pattern.lost[:100].sum()))
