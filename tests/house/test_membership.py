"""A person in a room, and what may be changed about that."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.membership import (
    LEADERS,
    LastHost,
    Member,
    OutOfReach,
    must_leave_a_host,
    must_reach,
    must_reach_to_move,
    secret_of,
)
from fullhouse.house.roles import Caller, May, Role
from fullhouse.units import Micros, RoomSlug

EVENING = RoomSlug("evening")


def member(name: str, role: Role) -> Member:
    return Member(f"m-{name:a<10}", EVENING, name, role, Micros(0))


def test_nobody_takes_the_last_host_away() -> None:
    ana, ben = member("ana", Role.HOST), member("ben", Role.COHOST)
    with pytest.raises(LastHost):
        must_leave_a_host((ana, ben), ana)
    must_leave_a_host((ana, ben), ben)
    must_leave_a_host((ana, member("cem", Role.OWNER)), ana)
    with pytest.raises(LastHost):
        must_leave_a_host((ana, replace(member("cem", Role.HOST), gone=True)), ana)


@pytest.mark.parametrize(
    ("caller", "whom", "role", "reaches"),
    [
        (Role.OWNER, Role.HOST, Role.SPEAKER, True),
        (Role.OWNER, Role.OWNER, Role.SPEAKER, True),
        (Role.OWNER, Role.SPEAKER, Role.OWNER, False),
        (Role.HOST, Role.OWNER, Role.SPEAKER, False),
        (Role.HOST, Role.HOST, Role.SPEAKER, True),
        (Role.HOST, Role.SPEAKER, Role.HOST, True),
        (Role.COHOST, Role.SPEAKER, Role.HOST, True),
        (Role.COHOST, Role.COHOST, Role.HOST, True),
        (Role.COHOST, Role.SPEAKER, Role.OWNER, False),
        (Role.COHOST, Role.HOST, Role.LISTENER, False),
        (Role.COHOST, Role.HOST, Role.SPEAKER, False),
        (Role.COHOST, Role.SPEAKER, Role.LISTENER, True),
    ],
)
def test_a_role_is_changed_by_whom_it_is_in_reach_of(
    caller: Role, whom: Role, role: Role, reaches: bool
) -> None:
    def change() -> None:
        must_reach(Caller(caller, "Ana", acting=True), member("ben", whom), role)

    if reaches:
        change()
    else:
        with pytest.raises(OutOfReach):
            change()


def test_a_co_host_who_does_not_act_makes_no_hosts() -> None:
    with pytest.raises(OutOfReach, match="Only a host makes hosts"):
        must_reach(Caller(Role.COHOST, "Ana"), member("ben", Role.SPEAKER), Role.HOST)


def test_nobody_moves_who_is_above_them() -> None:
    with pytest.raises(OutOfReach):
        must_reach_to_move(Caller(Role.COHOST, "Ana"), member("ben", Role.HOST))
    must_reach_to_move(Caller(Role.COHOST, "Ana"), member("ben", Role.COHOST))


def test_the_newest_co_host_is_last_in_succession() -> None:
    people = [member(name, Role.SPEAKER) for name in ("ana", "ben", "cem")]
    for at, one in enumerate(people):
        people[at] = one.becomes(Role.COHOST, people)
    assert [one.place for one in people] == [1, 2, 3]
    people[0] = people[0].becomes(Role.SPEAKER, people)
    assert people[0].becomes(Role.COHOST, people).place == 4


def test_who_comes_on_stage_gives_a_near_seat_back() -> None:
    near = replace(member("ana", Role.LISTENER), near=True)
    assert not near.becomes(Role.SPEAKER, (near,)).near
    assert near.becomes(Role.LISTENER, (near,)).near


@given(st.lists(st.sampled_from([*Role]), min_size=1, max_size=6), st.data())
def test_whoever_changes_what_a_host_leads_on(roles: list[Role], data: st.DataObject) -> None:
    """Over any changes of role that are let through, a room that had a host has one."""
    people = {name: member(name, role) for name, role in zip("abcdef", roles, strict=False)}
    had = any(one.role in LEADERS for one in people.values())
    for _ in range(10):
        whom = people[data.draw(st.sampled_from(sorted(people)))]
        role = data.draw(st.sampled_from([*Role]))
        try:
            must_reach(Caller(data.draw(st.sampled_from([*Role])), "x"), whom, role)
            if role not in LEADERS:
                must_leave_a_host(people.values(), whom)
        except (LastHost, OutOfReach):
            continue
        people[whom.name] = whom.becomes(role, people.values())
    assert any(one.role in LEADERS for one in people.values()) == had or not had


def test_a_member_asks_as_who_they_are() -> None:
    caller = replace(member("ana", Role.LISTENER), near=True).caller()
    assert caller.may(May.HEAR)
    assert not caller.may(May.SPEAK)


def test_each_member_has_a_secret_of_their_own() -> None:
    made = {
        secret_of(key, slug, who)
        for key, slug, who in itertools.product(
            (bytes(32), bytes([1] * 32)), (EVENING, RoomSlug("morning")), ("m-a", "m-b")
        )
    }
    assert len(made) == 8
    assert all(one.startswith("fhm_") and len(one) == 43 for one in made)
