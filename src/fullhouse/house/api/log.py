"""A shell: the log over HTTP: who asked what of a room, or of the house; newest first."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fullhouse.house.api.cookies import Found
from fullhouse.house.api.desk import Desk
from fullhouse.house.api.door import Asker, Door, Token
from fullhouse.house.log import Link
from fullhouse.house.logbook import lines_of
from fullhouse.house.roles import May
from fullhouse.programme.timeline import rfc3339

MOST_LINES: Final = 500
HIGHEST: Final = 2**63 - 1


class LineView(BaseModel):
    """One line. `hash` covers all of it and the line before, over all rooms."""

    number: int
    at: str
    who: str
    what: str
    details: dict[str, Any]
    hash: str


class LogView(BaseModel):
    """Lines of the log, newest first."""

    lines: list[LineView]


Before = Annotated[
    int | None, Query(ge=1, le=HIGHEST, description="Only lines with lower numbers.")
]
Most = Annotated[int, Query(ge=1, le=MOST_LINES)]


def log_router(door: Door, desk: Desk) -> APIRouter:
    """Return the routes that show the log."""
    router = APIRouter(prefix="/api", tags=["rooms"])

    async def lines(room: str, before: int | None, most: int) -> LogView:
        found = await door.rooms.database.read(
            lambda session: lines_of(session, room, before, most)
        )
        return LogView(lines=[_view(link) for link in found])

    @router.get("/rooms/{slug}/log", summary="Show who asked what of a room")
    async def of_room(slug: str, shown: Asker, before: Before = None, most: Most = 100) -> LogView:
        room, _ = await door.caller(shown, slug, May.READ_LOG)
        return await lines(room.slug, before, most)

    @router.get("/log", summary="Show who asked what of the house: accounts, tokens, sign-ins")
    async def of_house(
        token: Token, cookie: Found, before: Before = None, most: Most = 100
    ) -> LogView:
        await desk.owner(token, cookie)
        return await lines("", before, most)

    return router


def _view(link: Link) -> LineView:
    line = link.line
    return LineView(
        number=line.number,
        at=rfc3339(line.at),
        who=line.who,
        what=line.what,
        details=dict(line.details),
        hash=link.hash,
    )
