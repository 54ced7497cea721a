"""A shell: WHIP (RFC 9725) to speak and WHEP to hear the others: one set of routes for each.

The house checks and names; the stage answers. Nothing of an offer, an answer or a token is ever
logged. WHEP source: draft-ietf-wish-whep-03.
"""

import base64
import secrets
from collections.abc import Iterable
from typing import Final

from fastapi import APIRouter, Request, Response

from fullhouse.errors import NotAllowed, Refused
from fullhouse.house.api.door import Asker, Door, Shown
from fullhouse.house.api.pace import Pace
from fullhouse.house.api.problems import WrongType, content_type
from fullhouse.house.commands import SpeakerArrives, SpeakerTries
from fullhouse.house.names import name_in_header
from fullhouse.house.news import STAGE_STARTS_WITHIN, StageAway
from fullhouse.house.relays import IceServer, link
from fullhouse.house.roles import Caller, May, NotYours
from fullhouse.house.room import Room
from fullhouse.house.seatings import MEMBER
from fullhouse.house.whip import (
    NONCE_LENGTH,
    Endpoint,
    NoRestart,
    Patch,
    Session,
    read_sdp,
    read_seat,
)
from fullhouse.units import SECOND, Micros
from fullhouse.wire import WhipCall, WhipReply

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
RUNNING_STAGE_WITHIN: Final = 1.0
TRIAL: Final = "fullhouse-trial"
RIGHT: Final = {"whip": May.SPEAK, "whep": May.HEAR}

_MAY_SEND: Final = (
    "Authorization, Content-Type, If-Match, Fullhouse-Seat, Fullhouse-Name, Fullhouse-Trial"
)
_OF_ENDPOINT: Final = "OPTIONS, GET, HEAD, POST"
_OF_SESSION: Final = "OPTIONS, GET, HEAD, PATCH, DELETE"
_SUMMARY: Final = {
    "whip": "Come on stage with an SDP offer",
    "whep": "Hear the stage, all but the own seat, with an SDP offer",
}


class NobodyToHear(StageAway):
    message = "Nobody is on stage, so there is nothing to hear. Please speak first, or try again."


def whip_router(door: Door) -> APIRouter:
    """Return the routes to speak: the WHIP endpoint and its sessions."""
    return _router(door, "whip")


def whep_router(door: Door) -> APIRouter:
    """Return the routes to hear the others: the WHEP endpoint and its sessions."""
    return _router(door, "whep")


def _router(door: Door, endpoint: Endpoint) -> APIRouter:
    router = APIRouter(prefix=f"/{endpoint}/{{slug}}", tags=[endpoint])
    _add_looks(router, door, endpoint)
    _add_offer(router, door, endpoint)
    _add_session(router, door, endpoint)
    return router


def _add_looks(router: APIRouter, door: Door, endpoint: Endpoint) -> None:
    @router.options("", summary="What may be asked here", response_class=Response)
    async def preflight(slug: str, shown: Asker) -> Response:
        door.known(slug)
        return _allowed(_OF_ENDPOINT, await _servers(door, slug, shown))

    @router.head("", include_in_schema=False)
    @router.get("", summary="Nothing to see, no error", response_class=Response)
    async def look(slug: str) -> Response:
        door.known(slug)
        return _allowed(_OF_ENDPOINT)

    @router.options("/{session}", summary="What may be asked of a session", response_class=Response)
    async def session_preflight(slug: str, session: str) -> Response:
        Session.read(door.key, endpoint, door.known(slug), session)
        return _allowed(_OF_SESSION)

    @router.head("/{session}", include_in_schema=False)
    @router.get("/{session}", summary="Nothing to see, no error", response_class=Response)
    async def session_look(slug: str, session: str) -> Response:
        Session.read(door.key, endpoint, door.known(slug), session)
        return _allowed(_OF_SESSION)


def _add_offer(router: APIRouter, door: Door, endpoint: Endpoint) -> None:
    # Thirteen speakers behind one address come back at once when a stage has died.
    posts = Pace(door, every=Micros(SECOND // 2), burst=30)

    @router.post("", summary=_SUMMARY[endpoint], status_code=201, response_class=Response)
    async def offer(slug: str, request: Request, shown: Asker) -> Response:
        posts.keep(request)
        room, caller = await posts.admit(shown, slug, RIGHT[endpoint])
        sdp = await _sdp(request, SDP)
        seat, name = _who(request, caller)
        session = Session.of_offer(door.key, endpoint, room.slug, _nonce(), sdp)
        call = WhipCall(
            call="offer", endpoint=endpoint, session=session.name, seat=seat, name=name, body=sdp
        )
        if endpoint == "whip":
            # A trial opens no doors: whoever looks at their microphone starts no session.
            arrives = SpeakerTries() if request.headers.get(TRIAL) else SpeakerArrives()
            await door.rooms.ask(room.slug, arrives, name)
        elif not room.wanted:
            # Hearing opens no doors: a page that only looks in would start a session.
            raise NobodyToHear(retry_after=5)
        reply = await _call(door, room, call, seconds=STAGE_STARTS_WITHIN)
        answer = Response(reply.body, 201, media_type=SDP)
        answer.headers["Location"] = f"/{endpoint}/{room.slug}/{session.name}"
        answer.headers["ETag"] = session.etag
        answer.headers["Accept-Post"] = SDP
        if reply.seat:
            answer.headers["Fullhouse-Seat"] = reply.seat
        return _linked(answer, await _servers(door, slug, shown))


def _add_session(router: APIRouter, door: Door, endpoint: Endpoint) -> None:
    patches = Pace(door, every=Micros(SECOND // 20), burst=200)
    deletes = Pace(door, every=Micros(SECOND // 2), burst=30)

    @router.patch("/{session}", status_code=204, summary="Add candidates (trickle ICE)")
    async def trickle(slug: str, session: str, request: Request, shown: Asker) -> Response:
        patches.keep(request)
        room, _ = await patches.admit(shown, slug, RIGHT[endpoint])
        known = Session.read(door.key, endpoint, room.slug, session)
        fragment = await _sdp(request, FRAGMENT)
        # Players of the npm package whip-whep name no condition: what the body names has to do.
        unsaid = "*" if endpoint == "whep" else None
        if known.asks(door.key, fragment, request.headers.get("if-match", unsaid)) is Patch.RESTART:
            raise NoRestart()
        call = WhipCall(call="trickle", endpoint=endpoint, session=known.name, body=fragment)
        await _call(door, room, call, seconds=RUNNING_STAGE_WITHIN)
        return Response(status_code=204)

    @router.delete("/{session}", summary="End the session", response_class=Response)
    async def leave(slug: str, session: str, request: Request, shown: Asker) -> Response:
        deletes.keep(request)
        # Whoever has lost their right may still leave: nobody else knows their session's name.
        room, _ = await deletes.admit(shown, slug)
        known = Session.read(door.key, endpoint, room.slug, session)
        call = WhipCall(call="delete", endpoint=endpoint, session=known.name)
        try:
            await _call(door, room, call, seconds=RUNNING_STAGE_WITHIN)
        except StageAway:
            if room.wanted:
                raise
        return Response(status_code=200)


def _allowed(methods: str, servers: Iterable[IceServer] = ()) -> Response:
    headers = {
        "Allow": methods,
        "Accept-Post": SDP,
        "Accept-Patch": FRAGMENT,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _MAY_SEND,
        "Access-Control-Max-Age": "7200",
    }
    return _linked(Response(status_code=200, headers=headers, media_type=SDP), servers)


def _who(request: Request, caller: Caller) -> tuple[str, str]:
    """Return the seat and the name that somebody comes with. A person's are the house's to say.

    Raises:
        NotYours: they name the seat of a person who they are not.
    """
    wished = read_seat(request.headers.get("fullhouse-seat", ""))
    if wished.startswith(MEMBER) and wished != caller.member:
        raise NotYours("That seat is somebody else's.")
    if caller.member:
        return caller.member, caller.name
    return wished, name_in_header(request.headers.get("fullhouse-name", ""))


async def _servers(door: Door, slug: str, shown: Shown) -> tuple[IceServer, ...]:
    """Return the STUN and TURN servers that a token opens: a TURN server is not for strangers."""
    try:
        room, _ = await door.caller(shown, slug, May.HEAR)
    except NotAllowed:
        return door.relays.open()
    return door.relays.servers(room.slug, now=door.clock.now())


def _linked(answer: Response, servers: Iterable[IceServer]) -> Response:
    for server in servers:
        answer.headers.append("Link", link(server))
        if server.username:
            answer.headers["Cache-Control"] = "no-store"
    return answer


def _nonce() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode().lower()[:NONCE_LENGTH]


async def _sdp(request: Request, kind: str) -> str:
    if content_type(request.headers) != kind:
        raise WrongType(kind)
    return read_sdp(await request.body())


async def _call(door: Door, room: Room, call: WhipCall, *, seconds: float) -> WhipReply:
    """Return the stage's answer where it does what was asked.

    Raises:
        Refused: the stage's own refusal, or no stage answers.
    """
    reply = await door.newsroom.call_stage(room.slug, call, seconds=seconds)
    if reply.status < 400:
        return reply
    raise Refused(
        reply.message or None,
        code=reply.code or None,
        status=min(reply.status, 599),
        retry_after=reply.retry_after or (2 if reply.status == 503 else None),
    )
