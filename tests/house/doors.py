"""A house's door without its house: rooms on disk, no bus, no port."""

from pathlib import Path
from typing import Final

from fullhouse.clock import Clock
from fullhouse.house.api.door import Accounts, Door, Media, NoAccounts
from fullhouse.house.api.events import Feeds
from fullhouse.house.database import Database
from fullhouse.house.links import Origins
from fullhouse.house.members import Members
from fullhouse.house.news import Newsroom
from fullhouse.house.relays import Relays
from fullhouse.house.roll import Roll
from fullhouse.house.rooms import Rooms
from fullhouse.units import RoomSlug
from fullhouse.wire import SourceCheck
from tests.house.databases import lay_down

ADMIN: Final = "admin"
EVENING: Final = RoomSlug("evening")


async def _admit_all(_check: SourceCheck) -> None:
    """Let every source in."""


async def a_door(folder: Path, accounts: Accounts | None = None) -> Door:
    """Return the door of a house that has one room, `evening`."""
    clock, key = Clock(), bytes(32)
    lay_down(folder / "rooms.db")
    database = Database.in_folder(folder)
    rooms = Rooms(database, clock, 10)
    await rooms.create(EVENING, "", None)
    newsroom = Newsroom("nats://127.0.0.1:1", rooms, clock, _admit_all)
    feeds, members = Feeds(clock), Members(database, clock, key)
    return Door(
        rooms=rooms,
        newsroom=newsroom,
        feeds=feeds,
        clock=clock,
        key=key,
        origins=Origins("http://edge", "http://house", "http://source"),
        admin_token=ADMIN,
        relays=Relays(),
        media=Media(),
        members=members,
        roll=Roll(rooms, members, newsroom, feeds, clock),
        accounts=accounts or NoAccounts(),
    )
