"""A core: what stands between listeners and the edge, judged by what comes out at the far end.

A proxy may set cookies, keep copies, compress, redirect, or hold sound back until a buffer of its
own is full. The edge does none of these, so whatever is seen was put there by somebody else.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from fullhouse.capacity.check import Check, ceiling, fine, not_checked, warning
from fullhouse.capacity.figures import PART_SECONDS

TOGETHER: Final = 0.1
"""Seconds: parts that come closer than this come together."""
HELD_BACK: Final = 1.5
"""Of the cadence's parts: from then on somebody holds sound back."""
OLD: Final = 5
"""Seconds for which state.json may have lain somewhere; the edge allows one."""
CERTIFICATE_DAYS: Final = 14
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_NUMBER: Final = b'"parts":'
_BOXES: Final = frozenset({b"ftyp", b"moov", b"emsg", b"moof", b"mdat"})
_PART_SAMPLES: Final = 15_360


@dataclass(frozen=True, slots=True)
class Place:
    """A public address, taken apart."""

    secure: bool
    host: str
    port: int
    path: str


def place(url: str) -> Place:
    """Return the parts of a room's public address.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise ValueError("a room's address is https://host/room")
    secure = parts.scheme == "https"
    path = parts.path.rstrip("/")
    if path.count("/") < 1:
        raise ValueError("the address of a room is wanted: https://host/room")
    return Place(secure, parts.hostname, parts.port or (443 if secure else 80), path)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer's head.

    Attributes:
        version: 10 or 11.
        fields: by name in small letters.
        cookies: names only; nobody needs to see the rest.
    """

    status: int
    version: int
    fields: Mapping[str, str]
    cookies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """All that was seen at a public address.

    Attributes:
        trouble: why nothing could be seen; empty if something was.
        redirects: where requests for the page were sent on to.
        page, state, stream: answers' heads.
        stays_open: a second request was taken on the same connection.
        protocol: the best that TLS agreed on, `h2` or `http/1.1`; empty without TLS.
        certificate: days for which it holds; None without TLS.
        ipv6: whether an address of that kind answered; None: the name has none.
        arrivals: seconds and number of each part of the stream.
        cadence: parts per send, as the stream says.
        listened: seconds.
    """

    trouble: str = ""
    redirects: tuple[str, ...] = ()
    page: Answer | None = None
    state: Answer | None = None
    stream: Answer | None = None
    stays_open: bool = True
    protocol: str = ""
    certificate: float | None = None
    ipv6: bool | None = None
    arrivals: tuple[tuple[float, int], ...] = ()
    cadence: int = 1
    listened: float = 0.0


@dataclass(slots=True)
class Boxes:
    """Takes a CMAF stream apart, as far as is needed to see when each part was whole.

    Attributes:
        cadence: parts per send, as the newest part says.
        broken: what came is not what an edge sends.
    """

    cadence: int = 1
    broken: bool = False
    _rest: bytearray = field(default_factory=bytearray)
    _number: int = -1
    _coming: int = 1

    def feed(self, raw: bytes) -> list[int]:
        """Return the numbers of the parts that these bytes completed."""
        self._rest += raw
        numbers = []
        while len(self._rest) >= 8 and not self.broken:
            size = int.from_bytes(self._rest[:4], "big")
            name = bytes(self._rest[4:8])
            if size < 8 or name not in _BOXES:
                self.broken = True
            if self.broken or len(self._rest) < size:
                break
            body = bytes(self._rest[8:size])
            del self._rest[:size]
            if name == b"mdat" and self._number >= 0:
                numbers.append(self._number)
            self._read(name, body)
        return numbers

    def _read(self, name: bytes, body: bytes) -> None:
        if name == b"moof":
            at = body.find(b"tfdt")
            if at < 0 or len(body) < at + 16:
                self.broken = True
                return
            self._number = struct.unpack_from(">Q", body, at + 8)[0] // _PART_SAMPLES
            self.cadence, self._coming = self._coming, 1
        elif name == b"emsg" and b'"type":"cadence"' in body.replace(b" ", b""):
            told = body.replace(b" ", b"").partition(_NUMBER)[2]
            digits = told[: len(told) - len(told.lstrip(b"0123456789"))]
            self._coming = max(1, min(1_000, int(digits or b"1")))


def front_checks(seen: Seen) -> list[Check]:
    """Say what stands in front, and what of it does harm."""
    if seen.trouble:
        return [ceiling("public address", 0, seen.trouble)]
    checks = [_way(seen), _cookies(seen), *_connection(seen), *_retry(seen), _ipv6(seen)]
    if seen.certificate is not None:
        checks.append(_certificate(seen.certificate))
    if seen.stream is None or seen.stream.status != 200:
        status = "nothing" if seen.stream is None else str(seen.stream.status)
        why = f"live.mp4 answers {status}: is there such a room, and is it open?"
        return [*checks, not_checked("stream through the proxy", why)]
    return [*checks, _changed(seen.stream), _kept(seen), _held_back(seen)]


def _named(seen: Seen) -> str:
    fields = seen.page.fields if seen.page else {}
    told = [fields[name] for name in ("via", "server", "x-powered-by") if fields.get(name)]
    return f" ({', '.join(told)})" if told else ""


def _way(seen: Seen) -> Check:
    name = "way to the page"
    status = seen.page.status if seen.page else 0
    if status != 200:
        return warning(name, f"the page answers {status}{_named(seen)}")
    if seen.redirects:
        found = f"sent on to {seen.redirects[-1]}: one more round for each who arrives"
        return warning(name, found, "give people the address that it ends at")
    return fine(name, f"answers at once{_named(seen)}")


def _cookies(seen: Seen) -> Check:
    answers = [one for one in (seen.page, seen.state, seen.stream) if one is not None]
    names = sorted({cookie for one in answers for cookie in one.cookies})
    if names:
        found = f"somebody in front sets {', '.join(names)}: Fullhouse sets none"
        return warning("cookies", found, "switch off sessions and sticky cookies in the proxy")
    return fine("cookies", "none")


def _connection(seen: Seen) -> list[Check]:
    name = "HTTP"
    oldest = min((one.version for one in (seen.page, seen.state, seen.stream) if one), default=11)
    if oldest < 11:
        return [warning(name, "the proxy speaks HTTP/1.0", "in nginx: proxy_http_version 1.1;")]
    if not seen.stays_open:
        found = "connections are closed after each answer: HLS and pages need a new one each time"
        return [warning(name, found, "switch keep-alive on in the proxy")]
    best = "HTTP/2" if seen.protocol == "h2" else "HTTP/1.1"
    return [fine(name, f"{best}, connections are kept")]


def _ipv6(seen: Seen) -> Check:
    if seen.ipv6 is None:
        return not_checked("IPv6", "the name has no IPv6 address: some phones must take a detour")
    if not seen.ipv6:
        return warning("IPv6", "the name has an IPv6 address that does not answer from here",
                       "take the AAAA record away, or let the proxy listen on [::]")  # fmt: skip
    return fine("IPv6", "answers")


def _certificate(days: float) -> Check:
    found = f"holds for {days:.0f} days"
    if days < CERTIFICATE_DAYS:
        return warning("certificate", found, "renew it before the event")
    return fine("certificate", found)


def _retry(seen: Seen) -> list[Check]:
    answers = (seen.page, seen.state, seen.stream)
    full = [one for one in answers if one is not None and one.status in {429, 503}]
    if any("retry-after" not in one.fields for one in full):
        found = "refuses without Retry-After: everybody comes back at the same moment"
        return [warning("refusals", found, "let the edge's own answers pass through the proxy")]
    return []


def _changed(stream: Answer) -> Check:
    coding = stream.fields.get("content-encoding", "identity")
    if coding != "identity":
        found = f"compresses the stream ({coding}): costs CPU, holds sound back, saves nothing"
        return warning("compression", found, "in nginx: gzip off; for audio/mp4")
    return fine("compression", "the stream passes as it is")


def _kept(seen: Seen) -> Check:
    name = "caching"
    for what, answer in (("the stream", seen.stream), ("state.json", seen.state)):
        if answer is None:
            continue
        fields = answer.fields
        age = fields.get("age", "0")
        old = age.isdecimal() and int(age) > (OLD if what == "state.json" else 0)
        hit = "hit" in (fields.get("x-cache", "") + fields.get("cf-cache-status", "")).lower()
        if old or (hit and what == "the stream"):
            found = f"{what} comes out of a cache, {age} s old"
            return warning(name, found, "let the proxy heed Cache-Control: no-store and max-age")
    stream = seen.stream.fields if seen.stream else {}
    if "no-store" not in stream.get("cache-control", ""):
        return warning(name, "the stream's Cache-Control: no-store was taken away",
                       "let the proxy pass Cache-Control on")  # fmt: skip
    return fine(name, "none of the stream")


def lumps(arrivals: Sequence[tuple[float, int]]) -> list[int]:
    """Return how many parts came together each time, without the burst at the beginning."""
    sizes: list[int] = []
    before = None
    for at, _ in arrivals:
        if before is None or at - before > TOGETHER:
            sizes.append(0)
        sizes[-1] += 1
        before = at
    return sizes[1:]


def _held_back(seen: Seen) -> Check:
    name = "buffering"
    due = seen.listened / PART_SECONDS / seen.cadence
    sizes = lumps(seen.arrivals)
    remedy = (
        "in nginx: proxy_buffering off; proxy_request_buffering off;",
        "in HAProxy and Caddy: no buffering or compressing of audio/mp4 (flush_interval -1)",
    )
    if due < 3:
        return not_checked(name, f"listened for {seen.listened:.0f} s only")
    if not sizes:
        found = f"no part came in {seen.listened:.0f} s after the first ones: all is held back"
        return warning(name, found, *remedy)
    typical = median(sizes)
    if typical > seen.cadence * HELD_BACK:
        late = (typical - seen.cadence) * PART_SECONDS
        found = (
            f"parts come {typical:g} at a time where the edge sends {seen.cadence}: somebody holds"
            f" them back, up to {late:.1f} s"
        )
        return warning(name, found, *remedy)
    gaps = [b[0] - a[0] for a, b in zip(seen.arrivals, seen.arrivals[1:], strict=False)]
    longest = max(gaps, default=0.0)
    return fine(name, f"each send comes as it is sent; longest wait {longest:.2f} s")
