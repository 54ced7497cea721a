"""A shell: a room's plan over HTTP: its start, calling it off, why it is late, who finds it."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fullhouse.house.api.door import Asker, Door, Shown
from fullhouse.house.api.rooms import EITHER, RoomView, view_for
from fullhouse.house.commands import CallOff, Command, Plan, SayWhy, Show
from fullhouse.house.names import plain
from fullhouse.house.roles import May
from fullhouse.house.schedule import MOST_DOORS_BEFORE, read_plan
from fullhouse.wire import Visibility

MOST_OF_A_REASON = 140

DoorsBefore = Annotated[int, Field(ge=0, le=MOST_DOORS_BEFORE)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class PlanAsked(_Asked):
    """When a room is to start."""

    starts: str = Field(
        max_length=40,
        description="What clocks in the zone show, 2026-12-01T20:00; or RFC 3339 with an offset.",
    )
    zone: str | None = Field(
        None, max_length=64, description="IANA time zone. None: as it was; UTC at first."
    )
    doors_before: DoorsBefore | None = Field(
        None, description="Minutes from the doors to the start. None: as it was; 0 at first."
    )


class WhyAsked(_Asked):
    """Why it is late, for listeners to read; empty: nothing is said."""

    why: str = Field(max_length=MOST_OF_A_REASON)


class VisibilityAsked(BaseModel):
    """Who finds the room, and who gets in."""

    model_config = ConfigDict(extra="forbid")

    visibility: Visibility


def schedule_router(door: Door) -> APIRouter:
    """Return the routes that plan a room."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["schedule"])

    async def ask(shown: Shown, slug: str, command: Command) -> RoomView:
        room, caller = await door.caller(shown, slug, May.PLAN)
        return view_for(door, await door.rooms.ask(room.slug, command, caller.name), caller)

    @router.post("/plan", summary="Set the start, or another one", response_model=EITHER)
    async def plan(slug: str, asked: PlanAsked, shown: Asker) -> RoomView:
        room, _ = await door.caller(shown, slug, May.PLAN)
        zone = room.zone if asked.zone is None else asked.zone
        before = room.doors_before if asked.doors_before is None else asked.doors_before
        starts = read_plan(asked.starts, zone, now=door.clock.now())
        return await ask(shown, slug, Plan(starts, zone, before))

    @router.post("/call-off", summary="Call off what was planned", response_model=EITHER)
    async def call_off(slug: str, shown: Asker) -> RoomView:
        return await ask(shown, slug, CallOff())

    @router.post("/why", summary="Say why it is late", response_model=EITHER)
    async def why(slug: str, asked: WhyAsked, shown: Asker) -> RoomView:
        return await ask(shown, slug, SayWhy(plain(asked.why, MOST_OF_A_REASON)))

    @router.post("/visibility", summary="Set who finds the room", response_model=EITHER)
    async def visibility(slug: str, asked: VisibilityAsked, shown: Asker) -> RoomView:
        return await ask(shown, slug, Show(asked.visibility))

    return router
