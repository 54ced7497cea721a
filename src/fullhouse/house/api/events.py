"""A shell: what open pages are told, as server-sent events.

A page costs one place per kind of news. One that reads slowly is skipped to the newest; one that
does not read at all is cut off.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from fullhouse.clock import Clock
from fullhouse.errors import NotReady
from fullhouse.house.audience_flow import Flow
from fullhouse.house.feed import Feed, Kind
from fullhouse.house.limits import Limit
from fullhouse.house.roles import May
from fullhouse.house.room import Room
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import QualityNews, StageNews

HEARTBEAT_EVERY: Final = 5.0
STALLED_AFTER: Final = 20.0
MOST_PAGES: Final = 1_000
MOST_PAGES_OF_A_ROOM: Final = 100
ABORT: Final = "fullhouse.abort"
"""Extension of the ASGI scope: a call that cuts the connection of a reader that stopped."""


class TooManyPages(NotReady):
    code = "too_many_pages"
    message = "Too many pages of this room are open. Please close one."


def in_json(flow: Flow) -> str:
    """Return what a page is told of a room's listeners."""
    return json.dumps(asdict(flow))


class OpenPage:
    """One page that reads a room's news.

    Attributes:
        sees_hands: it is told of raised hands.
        member, account: whose page it is; empty: a key's.
        only: what whoever reads it may do at the most; None: all that is theirs.
    """

    def __init__(
        self,
        sees_hands: bool = False,
        member: str = "",
        account: str = "",
        only: frozenset[May] | None = None,
    ) -> None:
        self._feed = Feed()
        self._wake = asyncio.Event()
        self.sees_hands = sees_hands
        self.member = member
        self.account = account
        self.only = only
        self.closed = False

    def put(self, kind: Kind, payload: str) -> None:
        """Tell the page something."""
        self._feed.put(kind, payload)
        self._wake.set()

    def notice(self, payload: str) -> None:
        """Tell the page of something that happened."""
        self._feed.notice(payload)
        self._wake.set()

    def close(self) -> None:
        """Let the page's stream come to its end."""
        self.closed = True
        self._wake.set()

    async def next(self) -> bytes:
        """Wait for news, and return them; a comment when none came for five seconds."""
        try:
            async with asyncio.timeout(HEARTBEAT_EVERY):
                await self._wake.wait()
        except TimeoutError:
            return b":\n\n"
        self._wake.clear()
        return self._feed.take()

    def rest(self) -> bytes:
        """Return the last words for a page whose stream ends."""
        return self._feed.take()


class Feeds:
    """All open pages, by room."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pages: dict[RoomSlug, set[OpenPage]] = {}
        self.on_open: list[Callable[[RoomSlug], None]] = []
        self._stage_pace = Limit(Micros(200_000), 2)
        # The bus may hold a second back and give it together with the next.
        self._quality_pace = Limit(Micros(900_000), 2)

    @property
    def pages(self) -> int:
        """How many pages are open."""
        return sum(map(len, self._pages.values()))

    def open(self, slug: RoomSlug, page: OpenPage | None = None) -> OpenPage:
        """Open a page.

        Raises:
            TooManyPages: no more may be open.
        """
        if self.pages >= MOST_PAGES or len(self._pages.get(slug, ())) >= MOST_PAGES_OF_A_ROOM:
            raise TooManyPages(retry_after=30)
        page = page or OpenPage()
        for tell in self.on_open:
            tell(slug)
        self._pages.setdefault(slug, set()).add(page)
        return page

    def close(self, slug: RoomSlug, page: OpenPage) -> None:
        """Forget a page."""
        self._pages[slug].discard(page)
        if not self._pages[slug]:
            del self._pages[slug]

    def rooms(self) -> list[RoomSlug]:
        """Return the rooms that have pages open."""
        return list(self._pages)

    def of(self, slug: RoomSlug) -> tuple[OpenPage, ...]:
        """Return a room's open pages."""
        return tuple(self._pages.get(slug, ()))

    def members(self, slug: RoomSlug) -> tuple[str, ...]:
        """Return the members whose pages of a room are open."""
        pages = self.of(slug)
        return tuple(sorted({page.member for page in pages if page.member and not page.closed}))

    def notify(self, slug: RoomSlug, member: str, payload: str) -> None:
        """Tell one member's pages of something that happened."""
        for page in self.of(slug):
            if page.member == member:
                page.notice(payload)

    async def close_account(self, account: str) -> None:
        """Let the streams end that an account's sign-in or token opened: they may ask again."""
        for slug in self.rooms():
            for page in self.of(slug):
                if account and page.account == account:
                    page.close()

    def close_all(self) -> None:
        """Let every page's stream come to its end: the house is going."""
        for pages in self._pages.values():
            for page in pages:
                page.close()

    async def tell_room(self, room: Room) -> None:
        """Tell a room's pages how it is."""
        self._put(room.slug, "room", room.news().model_dump_json())

    async def tell_stage(self, news: StageNews) -> None:
        """Tell a room's pages what its stage says, five times a second at the most."""
        watched = news.slug in self._pages
        if watched and not self._stage_pace.ask(news.slug, now=self._clock.now()):
            self._put(news.slug, "stage", news.model_dump_json())

    async def tell_quality(self, news: QualityNews) -> None:
        """Tell a room's pages how everybody's sound comes in, about once a second at the most."""
        watched = news.slug in self._pages
        if watched and not self._quality_pace.ask(news.slug, now=self._clock.now()):
            self._put(news.slug, "quality", news.model_dump_json())

    async def tell_counts(self, flows: dict[RoomSlug, Flow]) -> None:
        """Tell every page how many listen, wait and leave."""
        for slug in list(self._pages):
            self._put(slug, "listeners", in_json(flows.get(slug, Flow())))

    def tell_hands(self, slug: RoomSlug, payload: str) -> None:
        """Tell a room's pages, as far as they may know, of the hands that wait."""
        for page in self._pages.get(slug, ()):
            if page.sees_hands:
                page.put("hands", payload)

    def _put(self, slug: RoomSlug, kind: Kind, payload: str) -> None:
        for page in self._pages.get(slug, ()):
            page.put(kind, payload)


class EventStream(Response):
    """The answer that goes on until the page leaves, stops reading or loses its right."""

    media_type = "text/event-stream"

    def __init__(self, page: OpenPage, allowed: Callable[[], bool], done: Callable[[], None]):
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._page = page
        self._allowed = allowed
        self._done = done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leaving = asyncio.create_task(self._until_left(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            while not self._page.closed and self._allowed():
                news = await self._page.next()
                async with asyncio.timeout(STALLED_AFTER):
                    await send({"type": "http.response.body", "body": news, "more_body": True})
            if not leaving.done():
                await send({"type": "http.response.body", "body": self._page.rest()})
        except TimeoutError:
            scope["extensions"][ABORT]["call"]()
            await leaving
        finally:
            leaving.cancel()
            self._done()

    async def _until_left(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._page.close()
