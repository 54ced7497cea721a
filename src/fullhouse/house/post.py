"""A shell: sends what is to be sent, at its pace, and again where it failed.

`reminding` has the rules, `reminders` the rows.
Mails lie in the database until they are handed over. Who dies between handing one over and noting
that leaves it to be sent a second time, under the same name; nothing is lost.
"""

import asyncio
import secrets
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from fullhouse.clock import Clock
from fullhouse.errors import UnknownRoom
from fullhouse.house import reminders
from fullhouse.house.database import NotStored
from fullhouse.house.links import Origins
from fullhouse.house.mails import Letter, language_of, written
from fullhouse.house.reminders import Claimed, Subscriber
from fullhouse.house.reminding import (
    Mailing,
    again_after,
    away_for,
    has_served,
    read_address,
    reminder_of,
    still_true,
    token_of,
)
from fullhouse.house.room import Room
from fullhouse.house.rooms import Rooms
from fullhouse.house.smtp import Outcome, Result, Smtp
from fullhouse.house.tokens import Kind as Token
from fullhouse.house.tokens import derive
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import Visibility

LOOK_EVERY: Final = 2.0
SWEEP_EVERY: Final = Micros(600 * SECOND)
CLAIM: Final = Micros(120 * SECOND)
"""How long a mail is one house's. Nobody sends it meanwhile, should that house have died."""
BATCH_SECONDS: Final = 5
"""What one claim covers at the pace of sending."""

log = structlog.get_logger()


class Post:
    """Reminders by mail: who wants them, and their sending."""

    def __init__(
        self,
        rooms: Rooms,
        clock: Clock,
        mailing: Mailing,
        key: bytes,
        origins: Origins,
        *,
        claim: Micros = CLAIM,
    ) -> None:
        self._rooms = rooms
        self._database = rooms.database
        self._clock = clock
        self._mailing = mailing
        self._key = key
        self._origins = origins
        self._claim = claim
        self._wake = asyncio.Event()
        self._away_until = Micros(0)
        self._failures = 0
        self._swept = Micros(0)

    # What people ask.

    async def subscribe(self, room: Room, address: str, language: str) -> None:
        """Write to an address that it may confirm; nothing if it has.

        Raises:
            BadAddress, TooManyReminders, NotStored: not so.
        """
        new = Subscriber(
            secrets.token_hex(8), room.slug, read_address(address), language_of(language), False
        )
        now = self._clock.now()
        await self._database.write(lambda session: reminders.subscribe(session, room, new, now=now))
        self._wake.set()

    async def find(self, token: str) -> Subscriber | None:
        """Return whose mail a token came with; None: they are gone, or it is none."""
        name = reminder_of(self._key, token)
        if name is None:
            return None
        return await self._database.read(lambda session: reminders.subscriber(session, name))

    async def confirm(self, token: str) -> Subscriber | None:
        """Note that somebody wants to be written to; None: they are gone."""
        name = reminder_of(self._key, token)
        if name is None:
            return None
        now = self._clock.now()
        found = await self._database.write(
            lambda session: reminders.confirm(session, name, now=now)
        )
        self._wake.set()
        return found

    async def stop(self, token: str) -> None:
        """Forget somebody; also if they are gone already."""
        name = reminder_of(self._key, token)
        if name is not None:
            await self._database.write(lambda session: reminders.stop(session, name))

    # What is sent.

    async def run(self) -> None:
        """Write and send mails for ever."""
        while True:
            self._wake.clear()
            try:
                await self.turn()
            except NotStored:
                log.warning("mails wait for the database")
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def turn(self) -> None:
        """Write and send what is due now, and forget who is not to be written to any more.

        Raises:
            NotStored: the database is away.
        """
        await self._sweep()
        await self._write_due()
        while await self._send_batch():
            continue

    async def _sweep(self) -> None:
        """Forget addresses that are not needed any more."""
        now = self._clock.now()
        if now - self._swept < SWEEP_EVERY:
            return
        self._swept = now
        await self._database.write(lambda session: reminders.forget_unconfirmed(session, now=now))
        for slug in await self._database.read(reminders.rooms_with_reminders):
            if has_served(self._room(slug), now):
                await self._database.write(partial(reminders.forget_room, slug=slug))

    async def _write_due(self) -> None:
        for slug in await self._database.read(reminders.rooms_with_reminders):
            room = self._room(slug)
            if room is not None:
                await self._write_of(room)

    async def _write_of(self, room: Room) -> None:
        now, mailing = self._clock.now(), self._mailing
        found = await self._database.read(
            lambda session: bool(reminders.due(session, room, mailing, now=now))
        )
        if not found:
            return
        count = await self._database.write(
            lambda session: reminders.write_due(session, room, mailing, now=now)
        )
        log.info("mails written", room=room.slug, mails=count)

    async def _send_batch(self) -> bool:
        """Send what is due; return whether there may be more."""
        now, pace = self._clock.now(), self._mailing.per_second
        if now < self._away_until:
            return False
        most = pace * BATCH_SECONDS
        claimed = await self._database.write(
            lambda session: reminders.claim(session, most, now=now, until=Micros(now + self._claim))
        )
        if not claimed:
            return False
        with Smtp(self._mailing) as server:
            for number, mail in enumerate(claimed):
                began = asyncio.get_running_loop().time()
                if not await self._send(server, mail):
                    await self._give_back(claimed[number:])
                    return False
                await asyncio.sleep(max(0.0, began + 1 / pace - asyncio.get_running_loop().time()))
        return len(claimed) == most

    async def _send(self, server: Smtp, mail: Claimed) -> bool:
        """Send one mail, and note what became of it; False: the server does not work."""
        letter = self._letter(mail)
        if letter is None:
            await self._database.write(
                lambda session: reminders.failed(session, mail.name, "overtaken")
            )
            return True
        raw = written(letter, self._mailing.sender, now=self._clock.now())
        result = await asyncio.to_thread(server.send, letter.address, raw)
        if result.outcome is Outcome.AWAY:
            self._failures += 1
            self._away_until = Micros(self._clock.now() + away_for(self._failures))
            log.warning("mail server away", why=result.why, failures=self._failures)
            return False
        self._failures = 0
        await self._note(mail, result)
        return True

    async def _note(self, mail: Claimed, result: Result) -> None:
        now, name = self._clock.now(), mail.name
        if result.outcome is Outcome.SENT:
            await self._database.write(lambda session: reminders.sent(session, name, now=now))
            log.info("mail sent", kind=mail.kind.value, room=mail.to.room)
            return
        wait = again_after(mail.tries) if result.outcome is Outcome.LATER else None
        if wait is None:
            await self._database.write(lambda session: reminders.failed(session, name, result.why))
            log.warning("mail given up", kind=mail.kind.value, room=mail.to.room, why=result.why)
            return
        again = Micros(now + wait)
        await self._database.write(lambda session: reminders.later(session, name, again))

    async def _give_back(self, mails: list[Claimed]) -> None:
        at = self._away_until

        def back(session: Session) -> None:
            for mail in mails:
                reminders.later(session, mail.name, at, untried=True)

        await self._database.write(back)

    def _letter(self, mail: Claimed) -> Letter | None:
        """Return what a mail says; None: it is not so any more."""
        room, now = self._room(mail.to.room), self._clock.now()
        true = still_true(mail.kind, mail.schedule, confirmed=mail.to.confirmed, room=room, now=now)
        if not true or room is None or room.starts is None:
            return None
        link = f"{self._origins.house}/reminders/{token_of(self._key, mail.to.id)}"
        return Letter(
            name=mail.name,
            kind=mail.kind,
            address=mail.to.address,
            language=mail.to.language,
            title=room.title,
            starts=room.starts,
            zone=room.zone,
            why=room.why_late,
            listen=self._listen(room),
            confirm=f"{link}/confirm",
            stop=f"{link}/stop",
        )

    def _listen(self, room: Room) -> str:
        link = f"{self._origins.edge}/{room.slug}"
        if room.visibility is not Visibility.INVITED:
            return link
        return f"{link}?key={derive(self._key, Token.LISTEN, room.slug, room.generations.listen)}"

    def _room(self, slug: str) -> Room | None:
        try:
            return self._rooms.room(RoomSlug(slug))
        except UnknownRoom:
            return None
