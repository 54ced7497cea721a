"""A shell: the only file that imports the NATS client.

Live things go over core NATS, at most once. What must outlive a process (the newest news of
each room) lies in a key-value bucket. A connection that is lost comes back by itself; while it
is away, what is published waits in a small buffer and then is refused, never blocking sound.
Source: docs/decisions/0002-bus.md.
"""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import nats
import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ObjectMeta, ObjectMetaOptions

from fullhouse.errors import Malformed, NotReady, Refused
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import HOLDS_BUCKET, ROOMS_BUCKET, RoomNews

OPEN_WITHIN: Final = 10.0
RECONNECT_WAIT: Final = 0.2
PENDING_BYTES: Final = 512 * 1024
QUEUED_MESSAGES: Final = 4096
HOLD_SLICE: Final = 64 * 1024
"""Bytes of a hold that travel at once: a part of sound waits behind them for a millisecond."""

log = structlog.get_logger()

Handler = Callable[[str, bytes], Awaitable[None]]
"""Is given the subject and the payload of a message."""
Answer = Callable[[bytes], Awaitable[bytes]]
"""Is given the payload of a request and returns the payload of the answer."""


@contextmanager
def _cancellable() -> Iterator[None]:
    """Raise again the cancellation that nats-py swallows while it flushes.

    Without it a loop around a call of ours would go on for ever after it was told to end.
    """
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    finally:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError


class NobodyAnswers(NotReady):
    """A request found nobody who listens, or no answer came in time."""


class Bus:
    """One connection to the bus. Made by `connect`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.dropped = 0

    @property
    def connected(self) -> bool:
        """True while a server answers."""
        return self._client.is_connected

    async def publish(self, subject: str, payload: bytes) -> None:
        """Send to whoever listens now; dropped and counted while the bus is away too long."""
        try:
            with _cancellable():
                await self._client.publish(subject, payload)
        except (nats.errors.OutboundBufferLimitError, nats.errors.ConnectionClosedError):
            self.dropped += 1

    async def subscribe(self, subject: str, handler: Handler) -> None:
        """Give every message on `subject` to `handler`, one after the other, in order.

        A message that does not have its form is logged and left out; so is one that comes
        while 4,096 wait.
        """

        async def receive(message: Msg) -> None:
            try:
                await handler(message.subject, message.data)
            except Malformed as error:
                log.warning("malformed message", subject=message.subject, why=error.message)

        with _cancellable():
            await self._client.subscribe(subject, cb=receive, pending_msgs_limit=QUEUED_MESSAGES)

    async def respond(self, subject: str, answer: Answer, queue: str = "") -> None:
        """Answer each request on `subject`; those that share `queue` take turns.

        A request whose answer is a refusal of malformed bytes gets no reply.
        """
        running: set[asyncio.Task[None]] = set()

        async def reply(message: Msg) -> None:
            try:
                raw = await answer(message.data)
            except Malformed as error:
                log.warning("malformed request", subject=message.subject, why=error.message)
                return
            # Who asked has been told by a timeout, should the bus be gone by now.
            with suppress(nats.errors.Error):
                await message.respond(raw)

        async def receive(message: Msg) -> None:
            if not message.reply:
                log.warning("request without a way back", subject=message.subject)
                return
            if len(running) >= 64:
                log.warning("too many requests at once", subject=message.subject)
                return
            task = asyncio.create_task(reply(message))
            running.add(task)
            task.add_done_callback(running.discard)

        with _cancellable():
            await self._client.subscribe(
                subject, queue=queue, cb=receive, pending_msgs_limit=QUEUED_MESSAGES
            )

    async def request(self, subject: str, payload: bytes, seconds: float) -> bytes:
        """Return the answer to a request.

        Raises:
            NobodyAnswers: nobody listens on `subject`, or no answer within `seconds`.
        """
        try:
            with _cancellable():
                return (await self._client.request(subject, payload, timeout=seconds)).data
        except (nats.errors.Error, TimeoutError) as error:
            raise NobodyAnswers() from error

    async def flush(self, seconds: float = 2) -> None:
        """Wait until the server has what was published, and what it sent before has been heard.

        Not by nats-py's `flush`: that gives up with its timeout, and its connection hears nothing
        any more once the answer comes after all.
        """
        if not self.connected:
            return
        pong = asyncio.get_running_loop().create_future()
        with suppress(nats.errors.Error, OSError), _cancellable():
            await self._client._send_ping(pong)
            await asyncio.wait({pong}, timeout=seconds)

    async def keep_room(self, news: RoomNews) -> None:
        """Store a room's newest news in the bucket, for those who start later.

        Raises:
            NobodyAnswers: the bucket cannot be reached now.
        """
        try:
            with _cancellable():
                bucket = await self._rooms()
                await bucket.put(news.slug, news.pack())
        except (nats.errors.Error, TimeoutError) as error:
            raise NobodyAnswers() from error

    async def kept_rooms(self) -> list[RoomNews]:
        """Return the newest news of every room that the bucket holds.

        News that does not have its form, from a newer version perhaps, is logged and left out.

        Raises:
            NobodyAnswers: the bucket cannot be reached now.
        """
        try:
            with _cancellable():
                bucket = await self._rooms()
                entries = [await bucket.get(key) for key in await self._kept_keys()]
        except (nats.errors.Error, TimeoutError) as error:
            raise NobodyAnswers() from error
        rooms = []
        for entry in entries:
            try:
                rooms.append(RoomNews.unpack(entry.value or b""))
            except Malformed as error:
                log.warning("malformed room", key=entry.key, why=error.message)
        return rooms

    async def kept_room(self, slug: RoomSlug) -> RoomNews | None:
        """Return the newest news of a room that the bucket holds, or None: it holds none.

        Raises:
            NobodyAnswers: the bucket cannot be reached now.
            Malformed: what it holds does not have its form.
        """
        try:
            with _cancellable():
                bucket = await self._rooms()
                return RoomNews.unpack((await bucket.get(slug)).value or b"")
        except nats.js.errors.NotFoundError:
            return None
        except (nats.errors.Error, TimeoutError) as error:
            raise NobodyAnswers() from error

    async def keep_hold(self, name: str, raw: bytes, at: Micros) -> None:
        """Put a hold into the object store.

        Args:
            at: the time, for whoever looks for old ones.

        Raises:
            NobodyAnswers: the store cannot be reached now.
        """
        meta = ObjectMeta(description=str(at), options=ObjectMetaOptions(max_chunk_size=HOLD_SLICE))
        with self._storing():
            store = await self._holds()
            await store.put(name, raw, meta)

    async def kept_holds(self) -> dict[str, Micros]:
        """Return the names of all holds in the object store, and when each was put there.

        Raises:
            NobodyAnswers: the store cannot be reached now.
        """
        kept = {}
        with self._storing():
            store = await self._holds()
            about = f"$O.{HOLDS_BUCKET}.M."
            known = await self._stream().stream_info(f"OBJ_{HOLDS_BUCKET}", f"{about}>")
            for subject in known.state.subjects or {}:
                name = base64.urlsafe_b64decode(subject.removeprefix(about)).decode()
                with suppress(nats.js.errors.NotFoundError):
                    kept[name] = Micros(int((await store.get_info(name)).description or 0))
        return kept

    async def read_hold(self, name: str, most: int) -> AsyncIterator[bytes]:
        """Yield a hold from the object store, slice by slice, each asked for when it is wanted.

        Not all at once: live sound comes over the same connection.

        Raises:
            NobodyAnswers: there is no such hold, it is larger than `most`, or the store cannot be
                reached now.
        """
        at, left = 0, 0
        with self._storing():
            about = await (await self._holds()).get_info(name)
            subject, left = f"$O.{HOLDS_BUCKET}.C.{about.nuid}", about.size or 0
        if left > most:
            raise NobodyAnswers(f"A hold of {left} bytes is too large.")
        while left > 0:
            with self._storing():
                piece = await self._stream().get_msg(
                    f"OBJ_{HOLDS_BUCKET}", at + 1, subject, direct=True, next=True
                )
            raw = piece.data or b""
            at, left = piece.seq or at + 1, left - max(1, len(raw))
            yield raw

    async def drop_hold(self, name: str) -> None:
        """Take a hold out of the object store, if it is there.

        Raises:
            NobodyAnswers: the store cannot be reached now.
        """
        with self._storing(), suppress(nats.js.errors.NotFoundError):
            store = await self._holds()
            await store.delete(name)

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """Have what the store fails of be one error."""
        try:
            with _cancellable():
                yield
        except (nats.errors.Error, TimeoutError) as error:
            raise NobodyAnswers() from error

    async def _holds(self) -> "nats.js.object_store.ObjectStore":
        try:
            return await self._stream().object_store(HOLDS_BUCKET)
        except nats.js.errors.NotFoundError:
            return await self._stream().create_object_store(HOLDS_BUCKET)

    def _stream(self) -> "nats.js.JetStreamContext":
        return self._client.jetstream(timeout=2)

    async def _kept_keys(self) -> list[str]:
        # Not `bucket.keys()`: what has come in by the time at which it counts what is still to
        # come, but has not been looked at, it takes for nothing at all.
        stream, prefix = f"KV_{ROOMS_BUCKET}", f"$KV.{ROOMS_BUCKET}."
        kept = await self._client.jetstream(timeout=2).stream_info(stream, f"{prefix}>")
        return [subject.removeprefix(prefix) for subject in kept.state.subjects or {}]

    async def _rooms(self) -> "nats.js.kv.KeyValue":
        stream = self._client.jetstream(timeout=2)
        try:
            return await stream.key_value(ROOMS_BUCKET)
        except nats.js.errors.NotFoundError:
            return await stream.create_key_value(bucket=ROOMS_BUCKET, history=1)


@asynccontextmanager
async def connect(
    url: str, name: str, on_reconnect: Callable[[], Awaitable[None]] | None = None
) -> AsyncIterator[Bus]:
    """Open a connection that comes back by itself for as long as the block runs.

    Args:
        url: `nats://user:password@host:port`, several with commas between.
        name: what the server calls this connection.
        on_reconnect: called each time the connection has come back.

    Raises:
        Refused: no server answers within ten seconds, or it turns the password down.
    """

    closing = False

    async def lost() -> None:
        if not closing:
            log.warning("bus lost", name=name)

    async def back() -> None:
        log.info("bus back", name=name)
        if on_reconnect is not None:
            await on_reconnect()

    client = await _open(url, name, lost, back)
    try:
        yield Bus(client)
    finally:
        closing = True
        # While the bus is away nats-py writes its last words into a closed transport, of which
        # uvloop makes a RuntimeError.
        with suppress(nats.errors.Error, TimeoutError, OSError, RuntimeError):
            async with asyncio.timeout(2):
                await client.close()


async def _open(
    url: str,
    name: str,
    lost: Callable[[], Awaitable[None]],
    back: Callable[[], Awaitable[None]],
) -> Client:
    client = Client()
    why = "nobody is there"
    turned_down = asyncio.Event()

    async def trouble(error: Exception) -> None:
        nonlocal why
        log.debug("bus trouble", name=name, why=repr(error))
        why = str(error)
        if "authorization" in why.lower():
            turned_down.set()

    # The client itself tries again for ever, also with a password that is turned down.
    connecting = client.connect(
        servers=url.split(","),
        name=name,
        disconnected_cb=lost,
        reconnected_cb=back,
        error_cb=trouble,
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=RECONNECT_WAIT,  # type: ignore[arg-type]  # seconds, slept as they are
        connect_timeout=2,
        ping_interval=1,
        max_outstanding_pings=2,
        pending_size=PENDING_BYTES,
    )
    opening = asyncio.create_task(connecting)
    refusal = asyncio.create_task(turned_down.wait())
    try:
        await asyncio.wait(
            {opening, refusal}, timeout=OPEN_WITHIN, return_when=asyncio.FIRST_COMPLETED
        )
        if opening.done() and not turned_down.is_set():
            opening.result()
            return client
    except (nats.errors.Error, OSError, ValueError) as error:
        why = str(error)
    finally:
        refusal.cancel()
        opening.cancel()
    with suppress(nats.errors.Error, TimeoutError, OSError):
        async with asyncio.timeout(2):
            await client.close()
    raise Refused(f"The bus does not answer: {why}.", code="no_bus")
