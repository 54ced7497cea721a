"""A shell: a room's own hold over HTTP. A file comes in, within bounds; it is decoded elsewhere."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from fullhouse.errors import NotReady, Refused
from fullhouse.house.api.door import Asker, Door
from fullhouse.house.api.pace import Pace
from fullhouse.house.api.problems import BodyTooLarge
from fullhouse.house.commands import PlayHold
from fullhouse.house.database import NotStored
from fullhouse.house.hold_making import HoldMaking
from fullhouse.house.holds import Holds
from fullhouse.house.roles import May
from fullhouse.units import SECOND, Micros

FILE_BYTES: Final = 20 * 1024 * 1024
MOST_AT_ONCE: Final = 4
COMES_WITHIN: Final = 300.0
STALLS_WITHIN: Final = 15.0
DRAINED_WITHIN: Final = 5.0
_WRITTEN_AT_ONCE: Final = 256 * 1024


class TooSlow(Refused):
    code = "body_too_slow"
    status = 408
    message = "The file did not come in time. Please try again on a faster network."


class NotAllHere(Refused):
    """Nobody reads this: the connection is gone."""

    code = "not_all_here"
    message = "The connection ended before the whole file was here."


class TooManyUploads(NotReady):
    code = "busy"
    message = "Other files are on their way to this house. Please try again in half a minute."

    def __init__(self) -> None:
        super().__init__(retry_after=30)


class HoldView(BaseModel):
    """What a room plays while it waits.

    `hold` is the SHA-256 of the room's own, or empty: the house's. `seconds` is how long it is
    before it begins again, `lufs` how loud the file was before it was made as loud as it should be.
    """

    hold: str
    seconds: float | None = None
    lufs: float | None = None


_A_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A file of music: any usual format, 2 s to 10 minutes, at most 20 MB.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def hold_router(door: Door, holds: Holds) -> APIRouter:
    """Return the routes that give a room a hold of its own, or ours again."""
    router = APIRouter(prefix="/api/rooms/{slug}/hold", tags=["rooms"])
    pace = Pace(door, every=Micros(2 * SECOND), burst=30)
    making, places = HoldMaking(), _Places()

    @router.put("", summary="Give the room a hold of its own", openapi_extra=_A_FILE)
    async def put(slug: str, request: Request, asker: Asker) -> HoldView:
        async with _told(request):
            pace.keep(request)
            room, caller = await pace.admit(asker, slug, May.PLAN)
            with places.one():
                async with _upload(request, holds.folder) as file:
                    made = await making.make(file)
            name = await holds.keep(made)
            await door.rooms.ask(room.slug, PlayHold(name), caller.name)
            return HoldView(hold=name, seconds=round(made.hold.seconds, 2), lufs=made.lufs)

    @router.delete("", summary="Play the house's own hold again")
    async def delete(slug: str, request: Request, asker: Asker) -> HoldView:
        pace.keep(request)
        room, caller = await pace.admit(asker, slug, May.PLAN)
        await door.rooms.ask(room.slug, PlayHold(""), caller.name)
        return HoldView(hold="")

    return router


class _Places:
    """So many files may be on their way."""

    def __init__(self) -> None:
        self._taken = 0

    @contextlib.contextmanager
    def one(self) -> Iterator[None]:
        """Take a place for as long as the block runs.

        Raises:
            TooManyUploads: there is none.
        """
        if self._taken >= MOST_AT_ONCE:
            raise TooManyUploads()
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1


@contextlib.asynccontextmanager
async def _told(request: Request) -> AsyncIterator[None]:
    """See that who is refused can read why: what they still send is read, and forgotten."""
    try:
        yield
    except Refused:
        with contextlib.suppress(ClientDisconnect, TimeoutError, RuntimeError):
            async with asyncio.timeout(DRAINED_WITHIN):
                left = FILE_BYTES
                async for piece in request.stream():
                    left -= len(piece)
                    if left < 0:
                        break
        raise


@contextlib.asynccontextmanager
async def _upload(request: Request, folder: Path) -> AsyncIterator[BinaryIO]:
    """Yield the request's body as a file that is gone afterwards.

    Raises:
        BodyTooLarge, TooSlow, NotAllHere: not here.
        NotStored: the disk does not take it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            await _receive(request, file)
            yield file
    except OSError as error:
        raise NotStored() from error


async def _receive(request: Request, file: BinaryIO) -> None:
    if int(request.headers.get("content-length") or 0) > FILE_BYTES:
        raise BodyTooLarge(FILE_BYTES)
    waiting, size = bytearray(), 0
    try:
        async with asyncio.timeout(COMES_WITHIN), asyncio.timeout(STALLS_WITHIN) as stall:
            async for piece in request.stream():
                stall.reschedule(asyncio.get_running_loop().time() + STALLS_WITHIN)
                size += len(piece)
                if size > FILE_BYTES:
                    raise BodyTooLarge(FILE_BYTES)
                waiting += piece
                if len(waiting) >= _WRITTEN_AT_ONCE:
                    await asyncio.to_thread(file.write, bytes(waiting))
                    waiting.clear()
            await asyncio.to_thread(file.write, bytes(waiting))
            await asyncio.to_thread(file.flush)
    except TimeoutError:
        raise TooSlow() from None
    except ClientDisconnect:
        raise NotAllHere() from None
