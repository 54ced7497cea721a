"""A shell: reminders over HTTP: asking for one, and the pages that the links in mails open.

A link in a mail is opened by machines, too, that look for harm: so a page only shows a button, and
what the button sends is what counts. RFC 8058 lets mail programs send it by themselves.
"""

import hashlib
from html import escape
from typing import Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from fullhouse.errors import Refused
from fullhouse.house.api.door import Door, address
from fullhouse.house.api.pace import TooOften
from fullhouse.house.mails import language_of
from fullhouse.house.post import Post
from fullhouse.house.reminders import Subscriber
from fullhouse.house.reminding import read_address
from fullhouse.house.room import Room
from fullhouse.house.tokens import same
from fullhouse.networks import network_of
from fullhouse.plain import STYLE_SOURCE, plain_html
from fullhouse.rate import Limit
from fullhouse.units import SECOND, Micros, room_slug
from fullhouse.wire import RoomState, Visibility

POLICY: Final = (
    f"default-src 'none'; style-src {STYLE_SOURCE}; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
TEXTS: Final = {
    ("en", "confirm"): (
        "A reminder of {title}", "We write to {address} before it starts.", "Yes, remind me",
    ),
    ("en", "stop"): (
        "No more mails about {title}", "We forget {address}.", "Stop the reminders",
    ),
    ("en", "confirmed"): (
        "Done", "We write to {address} before it starts, and if anything changes.", "",
    ),
    ("en", "stopped"): ("Done", "You get no more mails about this.", ""),
    ("id", "confirm"): (
        "Pengingat untuk {title}", "Kami menulis ke {address} sebelum dimulai.",
        "Ya, ingatkan saya",
    ),
    ("id", "stop"): (
        "Berhenti menerima surel tentang {title}", "Kami melupakan {address}.",
        "Hentikan pengingat",
    ),
    ("id", "confirmed"): (
        "Selesai", "Kami menulis ke {address} sebelum dimulai, dan jika ada perubahan.", "",
    ),
    ("id", "stopped"): ("Selesai", "Anda tidak akan menerima surel lagi tentang ini.", ""),
}  # fmt: skip
"""Heading, sentence and button of each page."""


class NoMail(Refused):
    code = "no_mail"
    status = 404
    message = "This house sends no mails. Please add the event to your calendar."


class NothingToCome(Refused):
    code = "nothing_planned"
    status = 409
    message = "Nothing is planned in this room that we could remind you of."


class ByInvitation(Refused):
    code = "uninvited"
    status = 403
    message = "This room is by invitation. Open the link that you were given."


class ReminderAsked(BaseModel):
    """An address that wants to be told before a room starts."""

    model_config = ConfigDict(extra="forbid", strict=True)

    address: str = Field(max_length=254)
    language: str = Field("en", max_length=10, description="Of the mails: `en` or `id`.")
    key: str = Field("", max_length=64, description="What opened an invited room's page.")


class Asked(BaseModel):
    """What happens now: the same whether or not we knew the address."""

    message: str = "We have sent you a mail. Please open the link in it."


class Restraint:
    """How often reminders may be asked for: by one address, one network, for one mailbox."""

    def __init__(self, door: Door) -> None:
        self._clock = door.clock
        self._by_address = Limit(Micros(60 * SECOND), 5)
        self._by_network = Limit(Micros(10 * SECOND), 30)
        self._by_mailbox = Limit(Micros(3600 * SECOND), 3)

    def keep(self, request: Request, mailbox: str) -> None:
        """Refuse who asks too often.

        Raises:
            TooOften: with the time to wait.
        """
        now, who = self._clock.now(), address(request)
        wait = self._by_address.ask(who, now=now)
        wait = wait or self._by_network.ask(network_of(who), now=now)
        wait = wait or self._by_mailbox.ask(mailbox.lower(), now=now)
        if wait:
            raise TooOften(retry_after=1 + wait // SECOND)


def reminders_router(door: Door, post: Post | None) -> APIRouter:
    """Return the routes of reminders; without a post there is only the refusal."""
    router = APIRouter(tags=["schedule"])
    restraint = Restraint(door)

    @router.post(
        "/api/rooms/{slug}/reminders", status_code=202, summary="Ask for a reminder by mail"
    )
    async def ask(slug: str, asked: ReminderAsked, request: Request) -> Asked:
        room = door.rooms.room(room_slug(slug))
        if post is None:
            raise NoMail()
        _may_ask(door, room, asked.key)
        mailbox = read_address(asked.address)
        restraint.keep(request, mailbox)
        await post.subscribe(room, mailbox, asked.language)
        return Asked()

    if post is not None:
        _add_pages(router, door, post)
    return router


def _may_ask(door: Door, room: Room, key: str) -> None:
    if room.visibility is Visibility.INVITED:
        entry = door.rooms.news(room).entry
        if not same(hashlib.sha256(key.encode()).hexdigest(), entry):
            raise ByInvitation()
    if room.starts is None or room.cancelled or room.state is RoomState.ENDED:
        raise NothingToCome()


def _add_pages(router: APIRouter, door: Door, post: Post) -> None:
    async def show(token: str, what: str) -> Response:
        found = await post.find(token)
        return _page(door, found, what if found else "stopped")

    @router.get("/reminders/{token}/confirm", include_in_schema=False)
    async def ask_to_confirm(token: str) -> Response:
        return await show(token, "confirm")

    @router.get("/reminders/{token}/stop", include_in_schema=False)
    async def ask_to_stop(token: str) -> Response:
        return await show(token, "stop")

    @router.post("/reminders/{token}/confirm", include_in_schema=False)
    async def confirm(token: str) -> Response:
        found = await post.confirm(token)
        return _page(door, found, "confirmed" if found else "stopped")

    @router.post("/reminders/{token}/stop", include_in_schema=False)
    async def stop(token: str) -> Response:
        found = await post.find(token)
        await post.stop(token)
        return _page(door, found, "stopped")


def _page(door: Door, found: Subscriber | None, what: str) -> Response:
    title = mailbox = ""
    if found is not None:
        title, mailbox = door.rooms.room(room_slug(found.room)).title, found.address
    language = language_of("" if found is None else found.language)
    heading, sentence, button = TEXTS[language, what]
    body = f"<p>{escape(sentence.format(address=mailbox))}</p>"
    if button:
        body += f'<form method="post"><button>{escape(button)}</button></form>'
    html = plain_html(heading.format(title=title), body, language=language)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    return Response(html, headers=headers, media_type="text/html")
