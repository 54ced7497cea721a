"""A shell: the house as one process. It opens what the parts need, in order, and serves."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp

from fullhouse.admin import answering
from fullhouse.clock import Clock
from fullhouse.errors import NotAllowed, Refused
from fullhouse.house.admin import HouseFigures
from fullhouse.house.api.account import account_router, tokens_router
from fullhouse.house.api.accounts import accounts_router
from fullhouse.house.api.bans import bans_router
from fullhouse.house.api.behind import Behind
from fullhouse.house.api.cookies import Guarded, cookie_of
from fullhouse.house.api.desk import Desk
from fullhouse.house.api.door import Door, Media
from fullhouse.house.api.entering import entering_router
from fullhouse.house.api.events import Feeds
from fullhouse.house.api.hands import hands_router, tell_hands
from fullhouse.house.api.hold import hold_router
from fullhouse.house.api.log import log_router
from fullhouse.house.api.members import members_router
from fullhouse.house.api.pages import pages_router
from fullhouse.house.api.problems import PROBLEMS, Bounds, say_problems
from fullhouse.house.api.reminders import reminders_router
from fullhouse.house.api.rooms import commands_router, rooms_router
from fullhouse.house.api.schedule import schedule_router
from fullhouse.house.api.signing_in import signing_in_router
from fullhouse.house.api.whip import whep_router, whip_router
from fullhouse.house.changes import Changes
from fullhouse.house.commands import SpeakerArrives
from fullhouse.house.database import Database
from fullhouse.house.hand_queue import HandQueue
from fullhouse.house.holds import Holds
from fullhouse.house.keyfile import keep_to, server_key
from fullhouse.house.links import SOURCE_USER, Origins, origin
from fullhouse.house.members import Members
from fullhouse.house.membership import NEAR_SEATS
from fullhouse.house.news import Newsroom
from fullhouse.house.origin import passkey_site
from fullhouse.house.passkeys import Passkeys
from fullhouse.house.people import People
from fullhouse.house.post import Post
from fullhouse.house.protocol import BoundedProtocol
from fullhouse.house.relays import Relays
from fullhouse.house.reminding import Mailing
from fullhouse.house.roll import Roll
from fullhouse.house.rooms import Rooms
from fullhouse.house.staff import Staff
from fullhouse.house.tokens import Kind, opens
from fullhouse.house.watch import GIVEN_UP_AFTER
from fullhouse.networks import NEAR, Proxies
from fullhouse.units import Micros, room_slug
from fullhouse.wire import SUBJECT_HANDS, SourceCheck

MOST_ROOMS: Final = 1_000
BACKLOG: Final = 1_024
SEND_BUFFER: Final = 65_536
LAST_WORDS_WITHIN: Final = 1

log = structlog.get_logger()

Run = Callable[[], Coroutine[Any, Any, None]]


class _Server(uvicorn.Server):
    """uvicorn's server, which leaves signals to whoever runs us."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    *,
    bus_url: str,
    data: Path,
    host: str,
    port: int,
    admin_token: str,
    public_edge: str,
    public_source: str,
    web_folder: Path,
    public_house: str = "",
    admin_port: int = 0,
    relays: Relays = Relays(),  # noqa: B008 - frozen
    media: Media = Media(),  # noqa: B008 - frozen
    most_rooms: int = MOST_ROOMS,
    database: str = "",
    near_seats: int = NEAR_SEATS,
    given_up_after: Micros = GIVEN_UP_AFTER,
    mailing: Mailing | None = None,
    proxies: Proxies = NEAR,
    on_ready: Callable[[int, int], object] = lambda _port, _admin_port: None,
) -> None:
    """Run the house until cancelled.

    Args:
        bus_url: the bus; it may come later, and go away.
        data: folder of `secret.key` and, without `database`, of `rooms.db`; made if missing.
        admin_token: opens everything; empty: nobody is admin.
        public_edge, public_house, public_source: addresses in links; the house's is here if empty.
        web_folder: holds `studio.html` and `assets/`.
        port, admin_port: 0 lets the system choose; /healthz and /metrics are at the second.
        relays: STUN and TURN servers for speakers whose network lets no UDP through.
        media: where the stages take speakers' sound; for people to read.
        near_seats: listeners of a room who may hear it from near. given_up_after: see `Rooms`.
        mailing: how reminders are mailed; None: there are none. proxies: those in front of us.
        on_ready: is called with the port and the admin port once the house answers.

    Raises:
        Refused: the folder, the file of rooms, the key or a port cannot be used.
    """
    async with contextlib.AsyncExitStack() as stack:
        listening = stack.enter_context(_listen(host, port))
        bound = int(listening.getsockname()[1])
        stored, key = stack.enter_context(_opened(data, database))
        people = People(stored, clock := Clock(), key)
        origins = _origins(public_edge, public_house or _here(host, bound), public_source)
        kept = stored, most_rooms, near_seats, given_up_after
        door = _build(
            kept, clock, people, bus_url=bus_url, key=key, origins=origins, relays=relays,
            admin_token=admin_token, media=media, reminds=bool(mailing),
        )  # fmt: skip
        beside, routers = _beside(door, data, mailing)
        admin_at = await stack.enter_async_context(answering(admin_port, HouseFigures(door)))
        app = Behind(_application(door, _desk(door, stored, people), routers, web_folder), proxies)
        http: Run = partial(_serve_http, app, listening, door.feeds)
        async with asyncio.TaskGroup() as tasks:
            for run in (door.rooms.run, door.newsroom.run, door.roll.run, *beside, http):
                tasks.create_task(run())
            log.info("house open", host=host, port=bound, admin_port=admin_at)
            on_ready(bound, admin_at)


def _here(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _origins(edge: str, house: str, source: str) -> Origins:
    return Origins(edge=origin(edge), house=origin(house), source=origin(source))


@contextlib.contextmanager
def _opened(data: Path, url: str) -> Iterator[tuple[Database, bytes]]:
    """Open the database and the key that belongs to it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{data} cannot be used: {error.strerror}.", code="no_data") from error
    key = server_key(data / "secret.key")
    with contextlib.closing(Database.open(url) if url else Database.in_folder(data)) as database:
        keep_to(database, key)
        yield database, key


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # An answer is two writes, head and body: with Nagle's rule each waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # Connections inherit it: a page that stops reading then pins little of the kernel's memory.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise Refused(
            f"The house cannot listen on {host} port {port}: {error.strerror}.", code="no_port"
        ) from error
    return listening


def _build(
    stored: tuple[Database, int, int, Micros],
    clock: Clock,
    people: People,
    *,
    bus_url: str,
    key: bytes,
    origins: Origins,
    admin_token: str,
    relays: Relays,
    media: Media,
    reminds: bool,
) -> Door:
    feeds = Feeds(clock)
    rooms = Rooms(
        stored[0],
        clock,
        stored[1],
        origins.house,
        key,
        edge=origins.edge,
        reminds=reminds,
        given_up_after=stored[3],
    )

    async def judge(check: SourceCheck) -> None:
        room = rooms.room(room_slug(check.slug))
        generation = room.generations.source
        if check.user != SOURCE_USER or not opens(
            key, Kind.SOURCE, room.slug, generation, check.key
        ):
            raise NotAllowed("That user and key do not let a source into this room.")
        await rooms.ask(room.slug, SpeakerArrives(), SOURCE_USER)

    newsroom = Newsroom(bus_url, rooms, clock, judge)
    rooms.on_change.append(feeds.tell_room)
    people.on_end += (feeds.close_account, newsroom.say_account)
    newsroom.on_account.append(feeds.close_account)
    newsroom.on_stage.append(feeds.tell_stage)
    newsroom.on_quality.append(feeds.tell_quality)
    newsroom.on_count.append(feeds.tell_counts)
    members = Members(stored[0], clock, key)
    return Door(
        rooms=rooms,
        newsroom=newsroom,
        feeds=feeds,
        clock=clock,
        key=key,
        origins=origins,
        admin_token=admin_token,
        relays=relays,
        media=media,
        members=members,
        roll=Roll(rooms, members, newsroom, feeds, clock),
        near_seats=stored[2],
        accounts=people,
    )


def _desk(door: Door, database: Database, people: People) -> Desk:
    house = door.origins.house
    return Desk(
        people=people,
        passkeys=Passkeys(database, door.clock, passkey_site(house), door.key),
        staff=Staff(database, door.clock, people),
        clock=door.clock,
        cookie=cookie_of(house),
        house=house,
        admin_token=door.admin_token,
    )


def _hands(door: Door) -> HandQueue:
    hands = HandQueue(door.rooms, door.clock, door.key, door.near_seats)
    door.newsroom.answers[SUBJECT_HANDS] = hands.take
    hands.on_change.append(partial(tell_hands, door))
    door.newsroom.on_house.append(hands.hear)
    door.feeds.on_open.append(hands.look_again)
    return hands


def _beside(
    door: Door, data: Path, mailing: Mailing | None
) -> tuple[Sequence[Run], Sequence[APIRouter]]:
    """Return what runs beside rooms and people, and the routes to it: hands, holds, mail."""
    hands = _hands(door)
    holds = Holds(data / "holds", door.rooms, door.clock, lambda: door.newsroom.bus)
    routers = [hands_router(door, hands), hold_router(door, holds)]
    if mailing is None:
        return (hands.run, holds.run), [*routers, reminders_router(door, None)]
    post = Post(door.rooms, door.clock, mailing, door.key, door.origins)
    return (hands.run, holds.run, post.run), [*routers, reminders_router(door, post)]


def _application(door: Door, desk: Desk, more: Sequence[APIRouter], web_folder: Path) -> ASGIApp:
    app = FastAPI(
        title="Fullhouse",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEMS,
    )
    say_problems(app)
    changes = Changes(door.rooms, door.roll, door.clock, door.key)
    for router in (
        rooms_router(door),
        commands_router(door),
        log_router(door, desk),
        schedule_router(door),
        signing_in_router(desk),
        account_router(desk),
        tokens_router(desk),
        accounts_router(desk),
        entering_router(door, changes),
        members_router(door, changes),
        bans_router(door, changes),
        *more,
        whip_router(door),
        whep_router(door),
        pages_router(door, web_folder),
    ):
        app.include_router(router)
    return Guarded(app, desk.house)


async def _serve_http(app: ASGIApp, listening: socket.socket, feeds: Feeds) -> None:
    """Serve until cancelled; then end the open pages' streams, and say the last words."""
    config = uvicorn.Config(
        Bounds(app),
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `Behind` reads them
        timeout_graceful_shutdown=LAST_WORDS_WITHIN,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await asyncio.shield(serving)
    finally:
        feeds.close_all()
        server.should_exit = True
        await serving
