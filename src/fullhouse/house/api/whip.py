"""A shell: speaking by WHIP (RFC 9725). The house checks and names; the stage answers.

Nothing of an offer, an answer or a token is ever logged.
"""

import base64
import secrets
from typing import Final

from fastapi import APIRouter, Request, Response

from fullhouse.errors import Refused
from fullhouse.house.api.door import Door, Token, address
from fullhouse.house.api.problems import WrongType, content_type
from fullhouse.house.limits import Limit
from fullhouse.house.names import name_in_header
from fullhouse.house.news import STAGE_STARTS_WITHIN, StageAway
from fullhouse.house.roles import Role
from fullhouse.house.room import Room, SpeakerArrives
from fullhouse.house.whip import NONCE_LENGTH, NoRestart, Patch, Session, read_sdp, read_seat
from fullhouse.units import SECOND, Micros
from fullhouse.wire import WhipCall, WhipReply

SDP: Final = "application/sdp"
FRAGMENT: Final = "application/trickle-ice-sdpfrag"
RUNNING_STAGE_WITHIN: Final = 1.0
SPEAKERS: Final = (Role.HOST, Role.SPEAKER)

_MAY_SEND: Final = "Authorization, Content-Type, If-Match, Fullhouse-Seat, Fullhouse-Name"


class TooOften(Refused):
    """Somebody asks too often: a client that tries without a pause, or an attack."""

    code = "too_often"
    status = 429
    message = "Too many requests. Please wait a little."


class NotYet(Refused):
    code = "not_yet"
    status = 501
    message = "Hearing the stage by WHEP is still to come. The listen link has the sound."


class Pace:
    """How often one address, and all who share a room's token, may ask."""

    def __init__(self, door: Door, *, every: Micros, burst: int) -> None:
        self._door = door
        self._by_address = Limit(every, burst)
        self._by_room = Limit(Micros(every // 4), burst * 4)

    def keep(self, request: Request) -> None:
        """Refuse an address that asks too often, before anything else is looked at.

        Raises:
            TooOften: with the time to wait.
        """
        _wait(self._by_address.ask(address(request), now=self._door.clock.now()))

    def admit(self, token: str, slug: str) -> Room:
        """Return the room that the token's holder may speak in, unless they ask too often.

        Only who has the token is counted: a stranger cannot use a room's share up.

        Raises:
            NotAllowed: they may not speak there.
            TooOften: with the time to wait.
        """
        room, _ = self._door.admit(token, slug, *SPEAKERS)
        _wait(self._by_room.ask(room.slug, now=self._door.clock.now()))
        return room


def _wait(wait: Micros) -> None:
    if wait:
        raise TooOften(retry_after=1 + wait // SECOND)


def whip_router(door: Door) -> APIRouter:
    """Return the routes of the WHIP endpoint and its sessions."""
    router = APIRouter(prefix="/whip/{slug}", tags=["whip"])
    _add_endpoint(router, door)
    _add_session(router, door)
    return router


def whep_router(door: Door) -> APIRouter:
    """Return the route that says that hearing the stage by WHEP is still to come."""
    router = APIRouter(prefix="/whep/{slug}", include_in_schema=False)

    @router.post("")
    async def not_yet(slug: str) -> Response:
        door.known(slug)
        raise NotYet()

    return router


def _add_endpoint(router: APIRouter, door: Door) -> None:
    # Thirteen speakers behind one address come back at once when a stage has died.
    posts = Pace(door, every=Micros(SECOND // 2), burst=30)

    @router.options("", summary="What may be asked here")
    async def preflight(slug: str) -> Response:
        door.known(slug)
        return _allowed("OPTIONS, GET, HEAD, POST")

    @router.head("", include_in_schema=False)
    @router.get("", summary="Nothing to see, no error")
    async def look(slug: str) -> Response:
        door.known(slug)
        return _allowed("OPTIONS, GET, HEAD, POST")

    @router.post("", summary="Come on stage with an SDP offer", response_class=Response)
    async def offer(slug: str, request: Request, token: Token) -> Response:
        posts.keep(request)
        room = posts.admit(token, slug)
        sdp = await _sdp(request, SDP)
        seat = read_seat(request.headers.get("fullhouse-seat", ""))
        name = name_in_header(request.headers.get("fullhouse-name", ""))
        session = Session.of_offer(door.key, room.slug, _nonce(), sdp)
        await door.rooms.ask(room.slug, SpeakerArrives())
        call = WhipCall(call="offer", session=session.name, seat=seat, name=name, body=sdp)
        reply = await _call(door, room, call, seconds=STAGE_STARTS_WITHIN)
        headers = {
            "Location": f"/whip/{room.slug}/{session.name}",
            "ETag": session.etag,
            "Fullhouse-Seat": reply.seat,
            "Accept-Post": SDP,
        }
        return Response(reply.body, 201, headers, media_type=SDP)


def _add_session(router: APIRouter, door: Door) -> None:
    patches = Pace(door, every=Micros(SECOND // 20), burst=200)
    deletes = Pace(door, every=Micros(SECOND // 2), burst=30)

    @router.options("/{session}", summary="What may be asked of a session")
    async def preflight(slug: str, session: str) -> Response:
        Session.read(door.key, door.known(slug), session)
        return _allowed("OPTIONS, GET, HEAD, PATCH, DELETE")

    @router.head("/{session}", include_in_schema=False)
    @router.get("/{session}", summary="Nothing to see, no error")
    async def look(slug: str, session: str) -> Response:
        Session.read(door.key, door.known(slug), session)
        return _allowed("OPTIONS, GET, HEAD, PATCH, DELETE")

    @router.patch("/{session}", status_code=204, summary="Add candidates (trickle ICE)")
    async def trickle(slug: str, session: str, request: Request, token: Token) -> Response:
        patches.keep(request)
        room = patches.admit(token, slug)
        known = Session.read(door.key, room.slug, session)
        fragment = await _sdp(request, FRAGMENT)
        if known.asks(door.key, fragment, request.headers.get("if-match")) is Patch.RESTART:
            raise NoRestart()
        call = WhipCall(call="trickle", session=known.name, body=fragment)
        await _call(door, room, call, seconds=RUNNING_STAGE_WITHIN)
        return Response(status_code=204)

    @router.delete("/{session}", summary="Leave the stage")
    async def leave(slug: str, session: str, request: Request, token: Token) -> Response:
        deletes.keep(request)
        room = deletes.admit(token, slug)
        known = Session.read(door.key, room.slug, session)
        call = WhipCall(call="delete", session=known.name)
        try:
            await _call(door, room, call, seconds=RUNNING_STAGE_WITHIN)
        except StageAway:
            if room.wanted:
                raise
        return Response(status_code=200)


def _allowed(methods: str) -> Response:
    headers = {
        "Allow": methods,
        "Accept-Post": SDP,
        "Accept-Patch": FRAGMENT,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": _MAY_SEND,
        "Access-Control-Max-Age": "7200",
    }
    return Response(status_code=200, headers=headers)


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
        retry_after=2 if reply.status == 503 else None,
    )
