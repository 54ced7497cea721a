"""A shell: rooms over HTTP. Each route asks who it is, gives a command, says how the room is."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Annotated, TypedDict

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.api.door import Asker, Door, Shown, SignedIn, address
from fullhouse.house.api.events import EventStream, OpenPage, in_json
from fullhouse.house.commands import (
    Command,
    End,
    GoLive,
    Mute,
    OpenDoors,
    Renew,
    Retitle,
    SetGain,
    StandDown,
    Unmute,
)
from fullhouse.house.links import Links
from fullhouse.house.membership import Member
from fullhouse.house.names import MOST_OF_A_TITLE, plain
from fullhouse.house.roles import Caller, May, Role, by_key, must_mute, must_renew
from fullhouse.house.room import LEAST_GAIN, MOST_GAIN, Room
from fullhouse.house.schedule import MOST_DOORS_BEFORE, read_plan, read_start
from fullhouse.house.tokens import Kind
from fullhouse.networks import network_of
from fullhouse.programme.timeline import rfc3339
from fullhouse.units import Micros, RoomSlug, room_slug
from fullhouse.wire import RoomState, SeatId, SeatNews, StageNews, Visibility
from fullhouse.zones import said, zone_named

Title = Annotated[str, Field(max_length=MOST_OF_A_TITLE)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewRoom(_Asked):
    """A room to be made."""

    slug: str
    title: Title = ""
    starts: str | None = Field(
        None,
        max_length=40,
        description="What clocks in the zone show, or RFC 3339. None: begins by voice.",
    )
    zone: str | None = Field(None, max_length=64, description="IANA time zone of the start.")
    doors_before: int = Field(
        0, ge=0, le=MOST_DOORS_BEFORE, description="Minutes from the doors to the start."
    )
    visibility: Annotated[Visibility, Field(strict=False)] = Visibility.PUBLIC


class Retitled(_Asked):
    """A room's new title."""

    title: Title


class MuteAsked(_Asked):
    """Whether a seat is to be muted."""

    muted: bool


class GainAsked(_Asked):
    """How much a seat is to be turned up or down, in dB."""

    gain_db: float = Field(ge=LEAST_GAIN, le=MOST_GAIN)


class MediaView(BaseModel):
    """Where speakers' sound goes by UDP. No ports: any."""

    host: str
    ports: str


class IceServerView(BaseModel):
    """A STUN or TURN server, as `RTCPeerConnection` takes it. What opens it runs out."""

    urls: str
    username: str | None = None
    credential: str | None = None


class RoomView(BaseModel):
    """A room as it is now. Times are RFC 3339 in UTC."""

    slug: str
    title: str
    state: RoomState
    since: str
    reason: str
    next: str | None
    starts: str | None
    zone: str
    starts_there: str | None = Field(description="The start as clocks in the zone show it.")
    doors: str | None
    doors_before: int
    late: bool
    why_late: str
    cancelled: bool
    missed: bool = Field(description="Nobody came to speak, and its doors have closed.")
    visibility: Visibility
    session: int
    epoch: int
    revision: int
    armed: bool
    wanted: bool
    muted: tuple[SeatId, ...]
    gains: dict[SeatId, float]
    listed: bool
    listeners: int
    edge: str
    listen: str
    stage: StageNews | None
    seats: tuple[SeatNews, ...]
    media: MediaView
    ice_servers: tuple[IceServerView, ...]


class HostedRoom(RoomView):
    """A room with the links that only its host may see."""

    host: str
    whip: str
    whip_token: str
    whep: str
    source: str
    source_user: str
    source_key: str


class RoomList(BaseModel):
    """All rooms that one may see."""

    rooms: list[HostedRoom | RoomView]


def view(door: Door, room: Room) -> RoomView:
    """Return what everyone on stage may know of a room."""
    stage = door.rooms.stage(room.slug)
    news = room.news()
    return RoomView(
        slug=room.slug,
        title=room.title,
        state=room.state,
        since=rfc3339(room.since),
        reason=room.reason,
        next=_moment(news.next),
        starts=_moment(room.starts),
        zone=room.zone,
        starts_there=None if room.starts is None else said(room.starts, room.zone),
        doors=_moment(room.doors),
        doors_before=room.doors_before,
        late=room.late,
        why_late=room.why_late,
        cancelled=room.cancelled,
        missed=room.missed,
        visibility=room.visibility,
        session=room.session,
        epoch=room.epoch,
        revision=room.revision,
        armed=room.armed,
        wanted=room.wanted,
        muted=room.muted,
        gains=dict(room.gains),
        listed=news.listed,
        listeners=door.newsroom.listeners(room.slug),
        edge=door.origins.edge,
        listen=door.links(room).listen,
        stage=stage,
        seats=() if stage is None else stage.seats,
        media=MediaView(host=door.media.host, ports=door.media.ports),
        ice_servers=_ice_servers(door, room),
    )


def _read(starts: str, zone: str | None, now: Micros) -> Micros:
    return read_start(starts, now=now) if zone is None else read_plan(starts, zone, now=now)


def _moment(at: Micros | None) -> str | None:
    return None if at is None else rfc3339(at)


def _ice_servers(door: Door, room: Room) -> tuple[IceServerView, ...]:
    return tuple(
        IceServerView(
            urls=one.url, username=one.username or None, credential=one.credential or None
        )
        for one in door.relays.servers(room.slug, now=door.clock.now())
    )


EITHER = HostedRoom | RoomView
"""Who may not see the room's keys gets the view without."""


def hosted_view(door: Door, room: Room) -> HostedRoom:
    """Return what a room's host may know of it."""
    return HostedRoom(**view(door, room).model_dump(), **_secret_links(door, room))


def view_for(door: Door, room: Room, caller: Caller) -> RoomView:
    """Return what somebody may know of a room."""
    return hosted_view(door, room) if caller.may(May.KEYS) else view(door, room)


def _secret_links(door: Door, room: Room) -> dict[str, str]:
    links = asdict(door.links(room))
    return {name: link for name, link in links.items() if name not in ("slug", "listen")}


class _Maker(TypedDict, total=False):
    by: str
    also: Callable[[Session], object]


def _made_by(door: Door, slug: RoomSlug, account: SignedIn | None) -> _Maker:
    """Return what is written along with a room: who made it is its host."""
    if account is None:
        return {}
    return {"by": account.name, "also": door.members.host(slug, account.id, account.name)}


def _in(member: Member, may: frozenset[May]) -> Caller:
    return replace(member.caller(), only=may)


def rooms_router(door: Door) -> APIRouter:
    """Return the routes that make rooms and show them."""
    router = APIRouter(prefix="/api/rooms", tags=["rooms"])

    @router.post("", status_code=201, summary="Make a room")
    async def make(asked: NewRoom, shown: Asker) -> Links:
        account, _ = await door.asker(shown, May.PLAN)
        slug = room_slug(asked.slug)
        now = door.clock.now()
        made = await door.rooms.create(
            slug,
            plain(asked.title, MOST_OF_A_TITLE),
            None if asked.starts is None else _read(asked.starts, asked.zone, now),
            zone="UTC" if asked.zone is None else zone_named(asked.zone).key,
            doors_before=asked.doors_before,
            visibility=asked.visibility,
            **_made_by(door, slug, account),
        )
        return door.links(made)

    @router.get("", summary="List one's rooms; an owner's are all")
    async def all_rooms(shown: Asker) -> RoomList:
        account, may = await door.asker(shown, May.SEE)
        if account is None:
            return RoomList(rooms=[hosted_view(door, room) for room in door.rooms.all()])
        mine = await door.members.rooms_of(account.id)
        owner = Caller(Role.OWNER, account.name, account=account.id, only=may)
        return RoomList(
            rooms=[
                view_for(door, room, owner if account.is_owner else _in(mine[room.slug], may))
                for room in door.rooms.all()
                if account.is_owner or room.slug in mine
            ]
        )

    @router.get("/{slug}", summary="Show a room", response_model=EITHER)
    async def one_room(slug: str, shown: Asker) -> RoomView:
        room, caller = await door.caller(shown, slug, May.SEE)
        return view_for(door, room, caller)

    @router.get(
        "/{slug}/events",
        summary="Follow a room",
        response_class=Response,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def follow(slug: str, request: Request, shown: Asker) -> Response:
        room, caller = await door.caller(shown, slug, May.SEE)
        if caller.member:
            door.roll.note_prefix(room.slug, caller.member, network_of(address(request)))
        return await _stream(door, room, shown, caller)

    return router


def commands_router(door: Door) -> APIRouter:
    """Return the routes that change a room."""
    router = APIRouter(prefix="/api/rooms/{slug}", tags=["rooms"])

    async def ask(shown: Shown, slug: str, what: May, command: Command) -> RoomView:
        room, caller = await door.caller(shown, slug, what)
        return view_for(door, await door.rooms.ask(room.slug, command, caller.name), caller)

    @router.patch("", summary="Rename a room", response_model=EITHER)
    async def retitle(slug: str, asked: Retitled, shown: Asker) -> RoomView:
        return await ask(shown, slug, May.PLAN, Retitle(plain(asked.title, MOST_OF_A_TITLE)))

    @router.post("/open", summary="Open the doors: the hold plays", response_model=EITHER)
    async def open_doors(slug: str, shown: Asker) -> RoomView:
        return await ask(shown, slug, May.OPEN, OpenDoors())

    @router.post("/live", summary="Go live: the hold ends at the next word", response_model=EITHER)
    async def go_live(slug: str, shown: Asker) -> RoomView:
        return await ask(shown, slug, May.GO_LIVE, GoLive())

    @router.post("/stand-down", summary="Stay with the hold after all", response_model=EITHER)
    async def stand_down(slug: str, shown: Asker) -> RoomView:
        return await ask(shown, slug, May.GO_LIVE, StandDown())

    @router.post("/end", summary="End the session", response_model=EITHER)
    async def end(slug: str, shown: Asker) -> RoomView:
        return await ask(shown, slug, May.END, End())

    @router.post("/keys/{kind}", summary="Renew a key")
    async def renew(slug: str, kind: Kind, shown: Asker) -> Links:
        room, caller = await door.caller(shown, slug)
        must_renew(caller, kind)
        return door.links(await door.rooms.ask(room.slug, Renew(kind), caller.name))

    _add_seats(router, door)
    return router


def _add_seats(router: APIRouter, door: Door) -> None:
    @router.post("/seats/{seat}/mute", summary="Mute or unmute a seat")
    async def mute(slug: str, seat: SeatId, asked: MuteAsked, shown: Asker) -> RoomView:
        room, caller = await door.caller(shown, slug, May.MUTE_SELF)
        must_mute(caller, seat, muted=asked.muted)
        seated = on_stage(door, room)
        theirs = seat == caller.member
        if seated is not None and not theirs and seat not in (*seated, *room.muted):
            raise UnknownSeat()
        command = Mute(seat, seated) if asked.muted else Unmute(seat)
        return view(door, await door.rooms.ask(room.slug, command, caller.name))

    @router.post("/seats/{seat}/gain", summary="Turn a seat up or down", response_model=EITHER)
    async def gain(slug: str, seat: SeatId, asked: GainAsked, shown: Asker) -> RoomView:
        room, caller = await door.caller(shown, slug, May.TURN)
        seated = on_stage(door, room)
        if seated is not None and seat not in (*seated, *room.gains):
            raise UnknownSeat()
        command = SetGain(seat, asked.gain_db, seated)
        return view_for(door, await door.rooms.ask(room.slug, command, caller.name), caller)


class UnknownSeat(Refused):
    code = "unknown_seat"
    status = 404
    message = "Nobody sits there."


def on_stage(door: Door, room: Room) -> tuple[str, ...] | None:
    """Return the seats that somebody has; None while no stage speaks, and any may be meant."""
    stage = door.rooms.stage(room.slug)
    return None if stage is None else tuple(one.seat for one in stage.seats)


async def _stream(door: Door, room: Room, shown: Shown, caller: Caller) -> EventStream:
    sees_hands = caller.may(May.SEE_HANDS)
    page = door.feeds.open(
        room.slug, OpenPage(sees_hands, caller.member, caller.account, caller.only)
    )
    page.put("room", room.news().model_dump_json())
    stage = door.rooms.stage(room.slug)
    if stage is not None:
        page.put("stage", stage.model_dump_json())
    quality = door.newsroom.qualities.newest(room.slug, now=door.clock.now())
    if quality is not None:
        page.put("quality", quality.model_dump_json())
    page.put("listeners", in_json(door.newsroom.flow(room.slug)))
    try:
        await door.roll.arrive(page, room.slug, caller)
        await door.recognise(shown, room)  # what has ended since then did not find the page open
    except BaseException:
        door.feeds.close(room.slug, page)
        raise

    def allowed() -> bool:
        if caller.member:
            return door.roll.sees(room.slug, caller.member)
        if caller.account:
            return True  # its streams are closed when it loses its right
        try:
            known = by_key(shown.token, door.admin_token, door.key, door.rooms.room(room.slug))
        except Refused:
            return False
        return known.may(May.SEE)

    return EventStream(page, allowed, lambda: door.feeds.close(room.slug, page))
