"""A shell: a room's log over HTTP: who asked what of it, newest first."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel

from fullhouse.house.api.door import Asker, Door
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
    """Lines of a room's log, newest first."""

    lines: list[LineView]


def log_router(door: Door) -> APIRouter:
    """Return the route that shows a room's log."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["rooms"])

    @router.get("/log", summary="Show who asked what of a room")
    async def log(
        slug: str,
        shown: Asker,
        before: Annotated[
            int | None, Query(ge=1, le=HIGHEST, description="Only lines with lower numbers.")
        ] = None,
        most: Annotated[int, Query(ge=1, le=MOST_LINES)] = 100,
    ) -> LogView:
        room, _ = await door.caller(shown, slug, May.READ_LOG)
        found = await door.rooms.database.read(
            lambda session: lines_of(session, room.slug, before, most)
        )
        return LogView(lines=[_view(link) for link in found])

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
