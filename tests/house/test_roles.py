"""What a token lets its holder do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import NotAllowed
from fullhouse.house.commands import Renew
from fullhouse.house.roles import Role, TokenMissing, admin_role, room_role
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
