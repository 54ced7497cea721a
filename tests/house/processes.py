"""Houses as processes of their own, which can be killed; and pages that follow their rooms."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.house.served import ADMIN, bearer

PROGRAM = """
import asyncio, sys
from pathlib import Path
from fullhouse.house.app import serve
asyncio.run(serve(bus_url=sys.argv[1], data=Path(sys.argv[2]), database=sys.argv[3],
    host="127.0.0.1", port=0, admin_token="the-admins-token",
    public_edge="http://127.0.0.1:8000", public_source="http://127.0.0.1:8002",
    web_folder=Path(sys.argv[2]), on_ready=lambda port, _: print(port, flush=True)))
"""


@asynccontextmanager
async def house_process(
    bus_url: str, data: Path, database: str = ""
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """Run a house for as long as the block does; yield it, and a client that is its admin."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, bus_url, str(data), database,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, limit=2**20,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    reading: asyncio.Task[bytes] | None = None
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            # The log goes to standard output, too, where nobody has set it up.
            said = []
            while not (line := await process.stdout.readline()).strip().isdigit():
                said.append(line.decode())
                assert line, "".join(said)
        reading = asyncio.create_task(process.stdout.read())
        url = f"http://127.0.0.1:{int(line)}"
        async with httpx.AsyncClient(base_url=url, headers=bearer(ADMIN), timeout=10) as client:
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if reading is not None:
            with suppress(asyncio.CancelledError):
                await reading


class Page:
    """What a page that follows a room has been told of it."""

    def __init__(self) -> None:
        self.rooms: list[dict[str, Any]] = []

    async def until(self, revision: int, seconds: float = 15) -> dict[str, Any]:
        """Return the room as the page has it once it is at least at that revision."""
        async with asyncio.timeout(seconds):
            while not self.rooms or self.rooms[-1]["revision"] < revision:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.rooms[-1]

    async def until_state(self, state: str, seconds: float = 15) -> None:
        """Wait until the page has been told of that state."""
        async with asyncio.timeout(seconds):
            while self.rooms[-1]["state"] != state:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    async def read(self, client: httpx.AsyncClient, slug: str) -> None:
        """Follow a room until its house ends the stream."""
        kind = ""
        async with client.stream("GET", f"/api/rooms/{slug}/events", timeout=30) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: ") and kind == "room":
                    self.rooms.append(json.loads(line.removeprefix("data: ")))


@asynccontextmanager
async def following(client: httpx.AsyncClient, slug: str) -> AsyncIterator[Page]:
    """Follow a room as a studio page does, for as long as the block runs."""
    page = Page()
    reading = asyncio.create_task(page.read(client, slug))
    try:
        await page.until(0)
        yield page
    finally:
        reading.cancel()
        with suppress(asyncio.CancelledError, httpx.HTTPError):
            await reading
