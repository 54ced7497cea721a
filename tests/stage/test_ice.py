"""Which address and which port speakers send to, and who may send."""

import asyncio
import socket
from contextlib import suppress
from importlib.metadata import version

import aioice.ice
import pytest
from aioice import Candidate, Connection
from aioice.stun import Class, Message, Method

from fullhouse.stage.ice import (
    CHECKS_PER_SECOND,
    MOST_WAITING,
    NoMediaPort,
    OwnConnection,
    Reach,
    gatherer,
)

LOOPBACK = "127.0.0.1"
aioice_addresses = aioice.ice.get_host_addresses


def free_ports(count: int) -> range:
    """Return ports in a row that nobody listens on now."""
    for first in range(42_000, 60_000, count):
        try:
            for port in range(first, first + count):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind((LOOPBACK, port))
        except OSError:
            continue
        return range(first, first + count)
    raise AssertionError("no free ports")


async def pair(reach: Reach) -> tuple[OwnConnection, Connection]:
    """Return our end and a speaker's, both knowing each other's address, not yet connected."""
    ours = OwnConnection(reach)
    theirs = Connection(ice_controlling=True, use_ipv6=False)
    await ours.gather_candidates()
    await theirs.gather_candidates()
    for one, other in ((ours, theirs), (theirs, ours)):
        one.remote_username, one.remote_password = other.local_username, other.local_password
    for candidate in ours.local_candidates:
        await theirs.add_remote_candidate(candidate)
    return ours, theirs


@pytest.fixture(autouse=True)
def _clients_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda **_: [LOOPBACK])


def test_the_parts_of_aioice_that_we_stand_on_are_there() -> None:
    """After an update of aioice: read stage/ice.py beside it, then change this."""
    assert version("aioice").startswith("0.13.")
    connection = Connection(ice_controlling=False)
    for name in ("_nominated", "_check_list", "_queue", "_protocols", "_local_candidates"):
        assert hasattr(connection, name), name
    assert callable(Connection.get_component_candidates)


async def test_ports_are_taken_from_the_range_and_the_address_is_named() -> None:
    ports = free_ports(4)
    ours = OwnConnection(Reach(LOOPBACK, ports))
    await ours.gather_candidates()
    (candidate,) = ours.local_candidates
    assert candidate.host == LOOPBACK
    assert candidate.port in ports
    await ours.close()


async def test_a_range_that_is_used_up_is_said_in_one_line() -> None:
    ports = free_ports(2)
    first, second = OwnConnection(Reach(LOOPBACK, ports)), OwnConnection(Reach(LOOPBACK, ports))
    await first.gather_candidates()
    await second.gather_candidates()
    with pytest.raises(NoMediaPort) as refusal:
        await OwnConnection(Reach(LOOPBACK, ports)).gather_candidates()
    assert refusal.value.status == 503
    await first.close()
    await second.close()


async def test_a_routers_address_is_named_and_not_listened_on() -> None:
    ours = OwnConnection(Reach("192.0.2.9"))
    await ours.gather_candidates()
    (candidate,) = ours.local_candidates
    assert candidate.host == "192.0.2.9"
    await ours.close()


def test_the_unspecified_address_means_all_of_this_machines() -> None:
    assert LOOPBACK in Reach("0.0.0.0").addresses()
    assert Reach("192.0.2.9").addresses() == ["192.0.2.9"]


async def test_near_means_this_machine_at_all_of_its_addresses() -> None:
    """Firefox does not send to loopback; and nobody from outside is answered."""
    reach = Reach(LOOPBACK, near=True)
    assert reach.addresses() == [LOOPBACK, *aioice_addresses(True, False)]
    ours = OwnConnection(reach)
    await ours.gather_candidates()
    request = bytes(Message(Method.BINDING, Class.REQUEST))
    answers = []
    for sender in (LOOPBACK, "127.0.0.2"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind((sender, 0))
            client.setblocking(False)
            client.sendto(request, (LOOPBACK, ours.local_candidates[0].port))
            await asyncio.sleep(0.1)
            with suppress(BlockingIOError):
                answers.append((sender, bool(client.recv(100))))
    assert answers == [(LOOPBACK, True)]
    await ours.close()


async def test_a_speaker_whose_address_is_hidden_connects_by_their_own_checks() -> None:
    """Our end is told no candidate at all, as by Chromium's names."""
    ours, theirs = await pair(Reach(LOOPBACK))
    await asyncio.wait_for(asyncio.gather(ours.connect(), theirs.connect()), 5)
    await theirs.send(b"\x80sound")
    assert await asyncio.wait_for(ours.recv(), 1) == b"\x80sound"
    await ours.close()
    await theirs.close()


async def test_what_a_stranger_sends_is_never_read() -> None:
    """Neither before ICE has checked an address nor after; STUN alone is answered."""
    ours, theirs = await pair(Reach(LOOPBACK))
    address = (LOOPBACK, ours.local_candidates[0].port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(b"\x16handshake", address)
        await asyncio.wait_for(asyncio.gather(ours.connect(), theirs.connect()), 5)
        stranger.sendto(b"\x16handshake", address)
        stranger.sendto(b"", address)
        stranger.sendto(b"\x00", address)
    await asyncio.sleep(0.05)
    await theirs.send(b"\x80sound")
    assert await asyncio.wait_for(ours.recv(), 1) == b"\x80sound"
    await ours.close()
    await theirs.close()


async def test_a_flood_of_checks_from_strangers_is_left_out_and_the_connection_holds() -> None:
    """Nor does one that is cut off in an attribute reach the event loop as an error."""
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    ours, theirs = await pair(Reach(LOOPBACK))
    await asyncio.wait_for(asyncio.gather(ours.connect(), theirs.connect()), 5)
    address = (LOOPBACK, ours.local_candidates[0].port)
    request = Message(Method.BINDING, Class.REQUEST)
    cut_off = bytes(request)[:2] + b"\0\5" + bytes(request)[4:20] + b"\0\x24\0\1\7"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.setblocking(False)
        stranger.sendto(cut_off, address)
        answers = 0
        for _ in range(40):
            for _ in range(50):
                stranger.sendto(bytes(request), address)
            await asyncio.sleep(0.005)
            with suppress(BlockingIOError):
                while stranger.recv(100):
                    answers += 1
    assert 0 < answers < 4 * CHECKS_PER_SECOND
    assert errors == []
    await theirs.send(b"\x80sound")
    assert await asyncio.wait_for(ours.recv(), 1) == b"\x80sound"
    await ours.close()
    await theirs.close()


async def test_what_is_not_read_does_not_pile_up() -> None:
    ours, theirs = await pair(Reach(LOOPBACK))
    await asyncio.wait_for(asyncio.gather(ours.connect(), theirs.connect()), 5)
    for _ in range(MOST_WAITING + 100):
        await theirs.send(b"\x80sound")
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    assert ours._queue.qsize() == MOST_WAITING
    await ours.close()
    await theirs.close()


def test_aiortc_is_given_our_connection() -> None:
    made = gatherer(Reach(LOOPBACK))
    assert isinstance(made._connection, OwnConnection)
    assert isinstance(made.getLocalCandidates(), list)
    assert Candidate is not None
