"""Changes to a room's people: the member, the room and the log, all of it or nothing."""

from dataclasses import replace
from pathlib import Path

import pytest

from fullhouse.clock import Clock
from fullhouse.house.api.door import Door
from fullhouse.house.bans import MINUTE, Banned, prefix_mark
from fullhouse.house.changes import Changes, Newcomer
from fullhouse.house.commands import Unmute
from fullhouse.house.logbook import lines_of
from fullhouse.house.membership import LastHost, Member, OutOfReach
from fullhouse.house.roles import Caller, Role
from fullhouse.units import SECOND, Micros
from tests.house.doors import EVENING, a_door

HOST = Caller(Role.HOST, "Hana")


@pytest.fixture
async def door(tmp_path: Path) -> Door:
    return await a_door(tmp_path)


@pytest.fixture
def changes(door: Door) -> Changes:
    return Changes(door.rooms, door.roll, door.clock, door.key)


async def came(changes: Changes, name: str, role: Role = Role.SPEAKER) -> Member:
    return await changes.enter(EVENING, Newcomer(name, role))


async def test_what_is_refused_has_changed_nothing(door: Door, changes: Changes) -> None:
    host = await came(changes, "Hana", Role.HOST)
    before = (door.rooms.room(EVENING), await door.members.everybody(EVENING))
    with pytest.raises(LastHost):
        await changes.remove(EVENING, host.id, HOST)
    with pytest.raises(OutOfReach):
        await changes.ban(EVENING, host.id, None, "", Caller(Role.COHOST, "Ken"))
    assert (door.rooms.room(EVENING), await door.members.everybody(EVENING)) == before


async def test_everything_is_in_the_log(door: Door, changes: Changes) -> None:
    sol = await came(changes, "Sol")
    await changes.mute(EVENING, sol.id, None, HOST)
    await changes.set_role(EVENING, sol.id, Role.COHOST, HOST)
    await changes.move_back(EVENING, sol.id, HOST)
    await changes.ban(EVENING, sol.id, 10, "", HOST)
    lines = await door.rooms.database.read(lambda session: lines_of(session, EVENING, None, 9))
    told = [(link.line.what, link.line.who) for link in reversed(lines)]
    assert told[1:] == [
        ("enter", "Sol"), ("mute", "Hana"), ("role", "Hana"), ("move_back", "Hana"),
        ("ban", "Hana"),
    ]  # fmt: skip


class Later(Clock):
    """A clock that a test may put forward."""

    ahead = 0

    def now(self) -> Micros:
        return Micros(super().now() + self.ahead)


@pytest.mark.parametrize("network", [False, True])
async def test_a_ban_that_has_run_out_frees_the_person(door: Door, network: bool) -> None:
    """Who is banned comes back neither by a link nor, where it was asked, from their network."""
    clock, mark = Later(), prefix_mark(door.key, "192.0.2.0/24") if network else ""
    changes = Changes(door.rooms, door.roll, clock, door.key)
    await came(changes, "Hana", Role.HOST)
    sol = await changes.enter(EVENING, Newcomer("Sol", Role.SPEAKER, mark=mark))
    await changes.ban(EVENING, sol.id, 10, mark, HOST)
    assert sol.id in door.rooms.room(EVENING).barred
    again = Newcomer("Sol", Role.SPEAKER, mark=mark)
    if network:
        with pytest.raises(Banned, match="another 10 minutes"):
            await changes.enter(EVENING, again)
    clock.ahead = 10 * MINUTE - SECOND
    if network:
        with pytest.raises(Banned, match="another minute:"):
            await changes.enter(EVENING, again)
    clock.ahead = 10 * MINUTE
    assert (await changes.enter(EVENING, again)).role is Role.SPEAKER


async def test_nothing_that_is_so_already_is_logged(door: Door, changes: Changes) -> None:
    sol = await came(changes, "Sol")
    for _ in range(2):
        await changes.mute(EVENING, sol.id, None, HOST)
        await changes.set_role(EVENING, sol.id, Role.COHOST, HOST)
        await changes.move_back(EVENING, sol.id, HOST)
        await changes.set_role(EVENING, sol.id, Role.LISTENER, HOST)
    lines = await door.rooms.database.read(lambda session: lines_of(session, EVENING, None, 9))
    assert len(lines) == 5 + 2


async def test_who_comes_and_goes_is_muted_each_time(door: Door, changes: Changes) -> None:
    sol = await came(changes, "Sol")
    for role in (Role.LISTENER, Role.SPEAKER, Role.LISTENER, Role.COHOST):
        await changes.set_role(EVENING, sol.id, role, HOST)
        room = door.rooms.room(EVENING)
        barred = role is Role.LISTENER
        assert (sol.id in room.barred) is barred
        if not barred:
            assert sol.id in room.muted
            await door.rooms.ask(EVENING, Unmute(sol.id))


async def test_another_name_is_no_way_back_on_stage(door: Door, changes: Changes) -> None:
    sol = await came(changes, "Sol")
    await changes.set_role(EVENING, sol.id, Role.LISTENER, HOST)
    after = await changes.rename(EVENING, sol.id, " So\u202e ", HOST)
    assert (after.name, door.rooms.room(EVENING).barred) == ("So", (sol.id,))
    assert await changes.rename(EVENING, sol.id, " \u202e ", HOST) == replace(after)
