"""The members of rooms, in the database."""

from dataclasses import replace
from pathlib import Path

import pytest

from fullhouse.house.members import Members, new_member_id
from fullhouse.house.membership import Member, UnknownMember
from fullhouse.house.roles import Role
from fullhouse.units import Micros, RoomSlug
from tests.house.doors import EVENING, a_door


@pytest.fixture
async def members(tmp_path: Path) -> Members:
    return (await a_door(tmp_path)).members


def wanted(name: str, role: Role = Role.SPEAKER, hand: str = "") -> Member:
    return Member(new_member_id(), EVENING, name, role, Micros(0), hand=hand)


async def test_who_enters_is_found_by_their_secret(members: Members) -> None:
    ana = await members.enter(wanted("Ana"))
    assert await members.by_secret(EVENING, members.secret(ana)) == (ana, None)
    assert await members.by_secret(RoomSlug("morning"), members.secret(ana)) is None
    assert await members.by_secret(EVENING, "") is None


async def test_everybody_is_listed_in_the_order_in_which_they_came(members: Members) -> None:
    names = ["Cem", "Ana", "Ben"]
    for name in names:
        await members.enter(wanted(name))
    assert [one.name for one in await members.everybody(EVENING)] == names


async def test_a_hand_has_one_seat_for_ever(members: Members) -> None:
    first = await members.enter(wanted("Ana", hand="0" * 16))
    again = await members.enter(wanted("Anna", hand="0" * 16))
    assert (again.id, again.name) == (first.id, "Anna")
    await members.change(EVENING, first.id, lambda one, _: replace(one, gone=True))
    assert (await members.enter(wanted("Ana", hand="0" * 16))).id == first.id


async def test_who_is_gone_is_nobody(members: Members) -> None:
    ana = await members.enter(wanted("Ana"))
    await members.change(EVENING, ana.id, lambda one, _: replace(one, gone=True))
    assert await members.by_secret(EVENING, members.secret(ana)) is None
    assert await members.everybody(EVENING) == ()
    with pytest.raises(UnknownMember):
        await members.change(EVENING, ana.id, lambda one, _: one)


async def test_a_change_is_kept(members: Members) -> None:
    ana = await members.enter(wanted("Ana"))
    after = await members.change(EVENING, ana.id, lambda one, all_: one.becomes(Role.COHOST, all_))
    assert (after.role, after.place) == (Role.COHOST, 1)
    assert await members.by_secret(EVENING, members.secret(ana)) == (after, None)
    second = await members.enter(wanted("Ben", Role.COHOST))
    assert second.place == 2


async def test_a_member_of_another_room_is_not_changed(members: Members) -> None:
    ana = await members.enter(wanted("Ana"))
    with pytest.raises(UnknownMember):
        await members.change(RoomSlug("morning"), ana.id, lambda one, _: one)
