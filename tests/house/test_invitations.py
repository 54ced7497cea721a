"""Links that make members, in the database."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from fullhouse.house.api.door import Door
from fullhouse.house.invitations import (
    MOST_INVITATIONS,
    Invitation,
    InvitationOver,
    TooManyInvitations,
    UnknownInvitation,
    add,
    new_secret,
    revoke,
    standing,
    use,
)
from fullhouse.house.roles import Role
from fullhouse.units import Micros, RoomSlug
from tests.house.doors import EVENING, a_door

NOW = Micros(1_000)


@pytest.fixture
async def door(tmp_path: Path) -> Door:
    return await a_door(tmp_path)


def invitation(name: str = "one", uses: int = 1, ends_at: int = 2_000) -> Invitation:
    return Invitation(name, Role.SPEAKER, "Ana", "Hana", NOW, Micros(ends_at), uses)


async def test_a_link_has_as_many_uses_as_it_says(door: Door) -> None:
    secret = new_secret()
    database = door.rooms.database
    await database.write(lambda session: add(session, EVENING, secret, invitation(uses=2), NOW))
    for left in (1, 0):
        used = await database.write(lambda session: use(session, EVENING, secret, NOW))
        assert (used.uses_left, used.name) == (left, "Ana")
    with pytest.raises(InvitationOver):
        await database.write(lambda session: use(session, EVENING, secret, NOW))
    assert await database.read(lambda session: standing(session, EVENING, NOW)) == []


@pytest.mark.parametrize(
    ("slug", "secret", "now"),
    [("evening", "fhi_right", 2_000), ("evening", "fhi_wrong", 0), ("morning", "fhi_right", 0)],
)
async def test_what_is_over_or_of_another_room_lets_nobody_in(
    door: Door, slug: str, secret: str, now: int
) -> None:
    database = door.rooms.database
    await database.write(lambda session: add(session, EVENING, "fhi_right", invitation(), NOW))
    with pytest.raises(InvitationOver):
        await database.write(
            lambda session: use(session, RoomSlug(slug), secret, Micros(now or NOW))
        )


async def test_a_link_that_was_taken_back_is_gone(door: Door) -> None:
    database = door.rooms.database
    await database.write(lambda session: add(session, EVENING, "fhi_one", invitation(), NOW))
    with pytest.raises(UnknownInvitation):
        await database.write(lambda session: revoke(session, RoomSlug("morning"), "one"))
    await database.write(lambda session: revoke(session, EVENING, "one"))
    with pytest.raises(InvitationOver):
        await database.write(lambda session: use(session, EVENING, "fhi_one", NOW))


async def test_links_are_bounded_and_those_that_are_over_make_room(door: Door) -> None:
    def fill(session: Session) -> None:
        for number in range(MOST_INVITATIONS):
            add(session, EVENING, f"fhi_{number}", invitation(str(number)), NOW)

    def one_more(session: Session, now: Micros) -> None:
        add(session, EVENING, "fhi_more", invitation("more", ends_at=9_000), now)

    database = door.rooms.database
    await database.write(fill)
    with pytest.raises(TooManyInvitations):
        await database.write(lambda session: one_more(session, NOW))
    await database.write(lambda session: one_more(session, Micros(2_000)))
