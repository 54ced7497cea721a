"""A shell: a room's people over HTTP: who is here, roles, muting, moving back, removing, bans."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from fullhouse.house.api.door import Asker, Door
from fullhouse.house.api.rooms import RoomView, on_stage, view
from fullhouse.house.attendance import Here
from fullhouse.house.bans import MOST_MINUTES, prefix_mark
from fullhouse.house.changes import Changes
from fullhouse.house.membership import Member, UnknownMember
from fullhouse.house.names import MOST_OF_A_NAME
from fullhouse.house.roles import Caller, May, NotYours, Role, must
from fullhouse.house.room import Room
from fullhouse.wire import MemberId

Name = Annotated[str, Field(max_length=MOST_OF_A_NAME)]


class Asked(BaseModel):
    """What a request says: nothing beside it, and nothing that has to be guessed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class MemberChange(Asked):
    """What is to be different about a member; what is left out stays."""

    role: Annotated[Role, Field(strict=False)] | None = None
    near: bool | None = None
    name: Name | None = None


class BanAsked(Asked):
    """For how many minutes; null: for ever. `network`: everybody near them on the net, too."""

    minutes: int | None = Field(None, ge=1, le=MOST_MINUTES)
    network: bool = False


class MemberView(BaseModel):
    """A person in a room."""

    member: str
    name: str
    role: Role
    present: bool
    acting: bool
    on_stage: bool
    near: bool


class PeopleView(BaseModel):
    """Everybody who is a member of a room."""

    members: list[MemberView]


def member_view(member: Member, here: Here) -> MemberView:
    """Return a member as pages and programs get them."""
    return MemberView(
        member=member.id,
        name=member.name,
        role=member.role,
        present=member.id in here.present,
        acting=member.id == here.acting,
        on_stage=member.id in here.on_stage,
        near=member.near,
    )


def members_router(door: Door, changes: Changes) -> APIRouter:
    """Return the routes of a room's people."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["people"])
    _add_looks(router, door, changes)
    _add_mutes(router, door, changes)
    _add_ways_out(router, door, changes)
    return router


def _add_looks(router: APIRouter, door: Door, changes: Changes) -> None:
    async def shown(room: Room, whom: str) -> MemberView:
        people, here = await door.roll.here(room.slug)
        for one in people:
            if one.id == whom:
                return member_view(one, here)
        raise UnknownMember()

    @router.get("/members", summary="Everybody who is a member of the room")
    async def members(slug: str, asker: Asker) -> PeopleView:
        room, _ = await door.caller(asker, slug, May.SEE)
        people, here = await door.roll.here(room.slug)
        return PeopleView(members=[member_view(one, here) for one in people])

    @router.patch("/members/{member}", summary="Give a role, a near seat, or another name")
    async def change(slug: str, member: MemberId, asked: MemberChange, asker: Asker) -> MemberView:
        room, by = await door.caller(asker, slug)
        before = await shown(room, member)
        _must_change(by, before, asked)
        if asked.role is not None:
            near = door.near_seats if asked.near else None
            await changes.set_role(room.slug, member, asked.role, by, near=near)
        if asked.near is not None:
            await changes.set_near(room.slug, member, asked.near, door.near_seats, by)
        if asked.name is not None:
            await changes.rename(room.slug, member, asked.name, by)
        return await shown(room, member)


def _must_change(by: Caller, member: MemberView, asked: MemberChange) -> None:
    """Refuse what is not the caller's to change; all of it, before any of it is done."""
    if asked.role is not None and asked.role is not member.role:
        must(by, _right(member.role, asked.role))
    if asked.near is not None:
        must(by, May.INVITE)
        if asked.near and (asked.role or member.role) is not Role.LISTENER:
            raise NotYours("Near seats are for listeners: who speaks hears the stage anyway.")
    if asked.name is not None and by.member != member.member:
        must(by, May.REMOVE)


def _right(was: Role, becomes: Role) -> May:
    """Return what a change of role takes."""
    if (was, becomes) == (Role.LISTENER, Role.SPEAKER):
        return May.INVITE
    if (was, becomes) == (Role.SPEAKER, Role.LISTENER):
        return May.MOVE
    return May.APPOINT


def _add_mutes(router: APIRouter, door: Door, changes: Changes) -> None:
    @router.post("/members/{member}/mute", summary="Mute somebody")
    async def mute(slug: str, member: MemberId, asker: Asker) -> RoomView:
        room, by = await door.caller(asker, slug)
        must(by, May.MUTE_SELF if by.member == member else May.MUTE)
        return view(door, await changes.mute(room.slug, member, on_stage(door, room), by))

    @router.post("/members/{member}/ask-to-unmute", summary="Ask somebody to unmute themselves")
    async def ask(slug: str, member: MemberId, asker: Asker) -> RoomView:
        room, by = await door.caller(asker, slug, May.ASK_TO_UNMUTE)
        await changes.ask_to_unmute(room.slug, member, by)
        return view(door, room)

    @router.post("/mute-all", summary="Mute everybody but yourself")
    async def mute_all(slug: str, asker: Asker) -> RoomView:
        room, by = await door.caller(asker, slug, May.MUTE)
        return view(door, await changes.mute_all(room.slug, on_stage(door, room), by))


def _add_ways_out(router: APIRouter, door: Door, changes: Changes) -> None:
    async def now(room: Room) -> RoomView:
        return view(door, door.rooms.room(room.slug))

    @router.post("/members/{member}/move-back", summary="Move a speaker back to the listeners")
    async def move_back(slug: str, member: MemberId, asker: Asker) -> RoomView:
        room, by = await door.caller(asker, slug)
        if by.member != member:
            must(by, May.MOVE)
        await changes.move_back(room.slug, member, by)
        return await now(room)

    @router.post("/members/{member}/remove", summary="Remove somebody from the room")
    async def remove(slug: str, member: MemberId, asker: Asker) -> RoomView:
        room, by = await door.caller(asker, slug)
        if by.member != member:
            must(by, May.REMOVE)
        await changes.remove(room.slug, member, by)
        return await now(room)

    @router.post("/members/{member}/ban", summary="Remove somebody, and keep them out")
    async def ban(
        slug: str,
        member: MemberId,
        asker: Asker,
        asked: BanAsked = BanAsked(),  # noqa: B008 - it is only read
    ) -> RoomView:
        room, by = await door.caller(asker, slug, May.REMOVE)
        prefix = door.roll.prefix(room.slug, member) if asked.network else ""
        mark = prefix_mark(door.key, prefix)
        await changes.ban(room.slug, member, asked.minutes, mark, by)
        return await now(room)
