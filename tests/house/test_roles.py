"""What a token lets its holder do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import NotAllowed
from fullhouse.house.commands import Renew
from fullhouse.house.roles import (
    LENT,
    TABLE,
    Caller,
    May,
    NotYours,
    Role,
    TokenMissing,
    admin_role,
    must_mute,
    must_renew,
    room_role,
)
from fullhouse.house.room import Room
from fullhouse.house.tokens import Kind, derive
from fullhouse.units import Micros, RoomSlug

KEY = bytes(32)
ROOM = Room.new(RoomSlug("evening"), "", None, now=Micros(0))
ADMIN = "the-admins-token"


def token(kind: Kind, slug: str = "evening") -> str:
    return derive(KEY, kind, RoomSlug(slug), 0)


@pytest.mark.parametrize(
    ("offered", "role"),
    [(ADMIN, Role.OWNER), (token(Kind.HOST), Role.HOST), (token(Kind.WHIP), Role.SPEAKER)],
)
def test_a_token_shows_who_somebody_is(offered: str, role: Role) -> None:
    assert room_role(offered, ADMIN, KEY, ROOM) is role


@pytest.mark.parametrize(
    "offered",
    [token(Kind.SOURCE), token(Kind.HOST, "morning"), ADMIN.upper(), token(Kind.HOST).upper()],
)
def test_another_doors_token_opens_nothing(offered: str) -> None:
    with pytest.raises(NotAllowed):
        room_role(offered, ADMIN, KEY, ROOM)


def test_a_renewed_token_closes_the_door_to_the_old_one() -> None:
    renewed, _ = ROOM.handle(Renew(Kind.HOST), now=Micros(0))
    with pytest.raises(NotAllowed):
        room_role(token(Kind.HOST), ADMIN, KEY, renewed)


def test_a_host_is_not_the_admin() -> None:
    assert admin_role(ADMIN, ADMIN) is Role.OWNER
    with pytest.raises(NotAllowed):
        admin_role(token(Kind.HOST), ADMIN)


def test_nothing_is_no_token_even_where_the_house_has_no_admin() -> None:
    with pytest.raises(TokenMissing):
        admin_role("", "")
    with pytest.raises(TokenMissing):
        room_role("", "", KEY, ROOM)


@given(st.text(min_size=1))
def test_without_an_admin_token_nobody_is_admin(offered: str) -> None:
    with pytest.raises(NotAllowed):
        admin_role(offered, "")


def test_who_stands_in_may_all_that_the_host_may() -> None:
    acting = Caller(Role.COHOST, "Ana", "m-aaaaaaaaaa", acting=True)
    assert acting.powers() == TABLE[Role.HOST] == set(May)
    assert Caller(Role.COHOST, "Ana").powers() == TABLE[Role.COHOST]


@pytest.mark.parametrize("kind", Kind)
def test_who_stands_in_renews_every_key_but_the_one_that_lets_the_host_back(kind: Kind) -> None:
    must_renew(Caller(Role.HOST, "Ana"), kind)
    acting = Caller(Role.COHOST, "Ana", "m-aaaaaaaaaa", acting=True)
    if kind is not Kind.HOST:
        must_renew(acting, kind)
        return
    with pytest.raises(NotYours):
        must_renew(acting, kind)


@pytest.mark.parametrize("role", [Role.COHOST, Role.SPEAKER, Role.LISTENER])
def test_nobody_else_renews_keys(role: Role) -> None:
    with pytest.raises(NotYours):
        must_renew(Caller(role, "Ana", "m-aaaaaaaaaa"), Kind.WHIP)


def test_a_program_may_no_more_than_its_account_and_its_token() -> None:
    some = frozenset({May.SEE, May.END})
    assert Caller(Role.SPEAKER, "Ana", only=some).powers() == {May.SEE}


ANA, BEN = "m-aaaaaaaaaa", "m-bbbbbbbbbb"


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("acting", [False, True])
def test_nobody_unmutes_anybody_but_themselves(role: Role, acting: bool) -> None:
    caller = Caller(role, "Ana", ANA, acting=acting)
    with pytest.raises(NotYours):
        must_mute(caller, BEN, muted=False)
    if May.SPEAK in TABLE[role]:
        must_mute(caller, ANA, muted=False)
        must_mute(caller, ANA, muted=True)


def test_a_host_mutes_anybody_and_a_speaker_nobody_else() -> None:
    must_mute(Caller(Role.HOST, "host"), BEN, muted=True)
    must_mute(Caller(Role.COHOST, "Ana", ANA), BEN, muted=True)
    for seat in (BEN, "seat-1"):
        with pytest.raises(NotYours):
            must_mute(Caller(Role.SPEAKER, "Ana", ANA), seat, muted=True)


@pytest.mark.parametrize("caller", [Caller(Role.HOST, "host"), Caller(Role.SPEAKER, "equipment")])
def test_equipment_is_unmuted_by_whoever_holds_a_key(caller: Caller) -> None:
    must_mute(caller, "seat-1", muted=False)
    with pytest.raises(NotYours):
        must_mute(caller, ANA, muted=False)


def test_the_manual_says_who_may_what() -> None:
    """Its table has the same rights, in the same order, with the same answers."""
    manual = Path(__file__).parents[2] / "docs" / "operations.md"
    columns = [TABLE[Role.OWNER], TABLE[Role.HOST], TABLE[Role.COHOST] | LENT]
    columns += [TABLE[role] for role in (Role.COHOST, Role.SPEAKER, Role.LISTENER)]
    rows = [
        f"| `{what}` | " + " | ".join("yes" if what in one else "–" for one in columns) + " | "
        for what in May
    ]
    _, _, table = manual.read_text().partition("## Who may what")
    told = [line for line in table.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    assert len(told) == len(rows)
    for line, row in zip(told, rows, strict=True):
        assert line.startswith(row)
