"""What pages are told of a room's people."""

import json
from dataclasses import replace

from fullhouse.house.attendance import MOST_SHOWN, Here, happened, me, people
from fullhouse.house.membership import Member
from fullhouse.house.roles import May, Role
from fullhouse.units import Micros, RoomSlug


def member(name: str, role: Role, at: int = 0) -> Member:
    return Member(f"m-{name}", RoomSlug("evening"), name, role, Micros(at))


def shown(everybody: list[Member], here: Here) -> list[str]:
    return [one["name"] for one in json.loads(people(everybody, here))["members"]]


def test_people_are_told_by_role_and_in_the_order_in_which_they_came() -> None:
    everybody = [
        member("Sol", Role.SPEAKER, 1),
        replace(member("Ken", Role.COHOST, 2), place=2),
        replace(member("Lu", Role.COHOST, 3), place=1),
        member("Hana", Role.HOST, 4),
        member("Ann", Role.SPEAKER),
    ]
    assert shown(everybody, Here()) == ["Hana", "Lu", "Ken", "Ann", "Sol"]


def test_listeners_are_told_while_they_are_here_or_near() -> None:
    gone, here = member("gone", Role.LISTENER), member("here", Role.LISTENER)
    near = replace(member("near", Role.LISTENER), near=True)
    assert shown([gone, here, near], Here(present=frozenset({here.id}))) == ["here", "near"]


def test_of_too_many_those_who_are_here_stay() -> None:
    everybody = [member(str(number), Role.SPEAKER, number) for number in range(MOST_SHOWN + 50)]
    last = everybody[-1]
    names = shown(everybody, Here(on_stage=frozenset({last.id})))
    assert (len(names), last.name in names) == (MOST_SHOWN, True)


def test_a_member_is_told_where_they_are() -> None:
    ken = member("Ken", Role.COHOST)
    here = Here(frozenset({ken.id}), frozenset({ken.id}), ken.id)
    assert json.loads(people([ken], here))["members"] == [
        {
            "member": ken.id, "name": "Ken", "role": "cohost", "present": True, "acting": True,
            "on_stage": True, "near": False,
        }
    ]  # fmt: skip


def test_a_page_is_told_what_its_reader_may() -> None:
    told = json.loads(me(member("Ken", Role.COHOST).caller(acting=True)))
    assert (told["role"], told["acting"]) == ("cohost", True)
    assert set(told["may"]) == set(May)


def test_what_happened_is_told_with_who_did_it() -> None:
    assert json.loads(happened("muted_by", "Zoë")) == {"notice": "muted_by", "by": "Zoë"}
