"""A shell: looks at a room's public address as a listener would. `front` judges."""

import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Final
from urllib.parse import urljoin

from fullhouse import __version__
from fullhouse.capacity.front import REDIRECTS, Answer, Boxes, Place, Seen, place

PATIENCE: Final = 8.0
LISTENS: Final = 6.0
REDIRECTS_AT_MOST: Final = 5
_READ: Final = 65_536
_ASKING: Final[Mapping[str, str]] = {
    "User-Agent": f"fullhouse-doctor/{__version__}",
    "Accept-Encoding": "gzip, br",
}
_FAILURES: Final = (OSError, HTTPException, ValueError)


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, and by how many seconds the clock there differs; None: it does not say."""

    seen: Seen
    clock: float | None
    address: str


def look(url: str, listens: float = LISTENS) -> Look:
    """Return what is to be seen at a room's public address.

    Raises:
        ValueError: it is no such address.
    """
    where = place(url)
    try:
        address = socket.getaddrinfo(where.host, where.port, type=socket.SOCK_STREAM)[0][4][0]
    except OSError as error:
        return Look(Seen(f"{where.host} is not found: {error.strerror}"), None, "")
    try:
        page, where, redirects = _page(where)
    except ssl.SSLCertVerificationError as error:
        found = f"browsers will not open it, the certificate is not good: {error.verify_message}"
        return Look(Seen(found), None, str(address))
    except _FAILURES as error:
        return Look(Seen(f"nobody answers at {url}: {_why(error)}"), None, str(address))
    clock = _clock(page)
    seen = Seen(page=page, redirects=redirects, ipv6=_ipv6(where))
    seen = _with_state(seen, where)
    seen = _with_tls(seen, where)
    return Look(_with_stream(seen, where, listens), clock, str(address))


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE:.0f} s"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"no HTTP ({type(error).__name__})"


def _connection(where: Place) -> HTTPConnection:
    kind = HTTPSConnection if where.secure else HTTPConnection
    return kind(where.host, where.port, timeout=PATIENCE)


def _head(answer: HTTPResponse) -> Answer:
    fields = {name.lower(): value for name, value in answer.getheaders()}
    cookies = answer.headers.get_all("Set-Cookie") or []
    names = tuple(cookie.partition("=")[0].strip() for cookie in cookies)
    return Answer(answer.status, answer.version, fields, names)


def _page(where: Place) -> tuple[Answer, Place, tuple[str, ...]]:
    """Return the page's answer, the place it is at in the end, and the redirects before."""
    redirects: list[str] = []
    while True:
        with closing(_connection(where)) as line:
            line.request("GET", where.path, headers=dict(_ASKING))
            answer = _head(line.getresponse())
        onward = answer.fields.get("location", "")
        if answer.status not in REDIRECTS or not onward or len(redirects) == REDIRECTS_AT_MOST:
            return answer, where, tuple(redirects)
        scheme = "https" if where.secure else "http"
        redirects.append(urljoin(f"{scheme}://{where.host}:{where.port}{where.path}", onward))
        where = place(redirects[-1])


def _with_state(seen: Seen, where: Place) -> Seen:
    """Ask for state.json twice on one connection."""
    with suppress(*_FAILURES), closing(_connection(where)) as line:
        line.request("GET", f"{where.path}/state.json", headers=dict(_ASKING))
        answer = line.getresponse()
        state = _head(answer)
        answer.read()
        return replace(seen, state=state, stays_open=line.sock is not None)
    return seen


def _with_tls(seen: Seen, where: Place) -> Seen:
    if not where.secure:
        return seen
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        suppress(*_FAILURES),
        socket.create_connection((where.host, where.port), PATIENCE) as raw,
        context.wrap_socket(raw, server_hostname=where.host) as line,
    ):
        until = str((line.getpeercert() or {}).get("notAfter", ""))
        days = (ssl.cert_time_to_seconds(until) - time.time()) / 86_400 if until else None
        return replace(seen, protocol=line.selected_alpn_protocol() or "", certificate=days)
    return seen


def _ipv6(where: Place) -> bool | None:
    try:
        found = socket.getaddrinfo(
            where.host, where.port, socket.AF_INET6, socket.SOCK_STREAM
        )  # fmt: skip
    except OSError:
        return None
    for *_, address in found:
        with suppress(OSError), socket.socket(socket.AF_INET6) as line:
            line.settimeout(PATIENCE / 2)
            line.connect(address)
            return True
    return False


def _clock(page: Answer) -> float | None:
    """Return by how many seconds the clock there goes ahead of ours: to a second."""
    with suppress(ValueError, TypeError):
        return parsedate_to_datetime(page.fields.get("date", "")).timestamp() + 0.5 - time.time()
    return None


def _with_stream(seen: Seen, where: Place, listens: float) -> Seen:
    """Listen for some seconds, and note when each part was whole."""
    boxes, arrivals = Boxes(), []
    with suppress(*_FAILURES), closing(_connection(where)) as line:
        line.request("GET", f"{where.path}/live.mp4", headers=dict(_ASKING))
        sock = line.sock  # the answer takes it over where it has no length
        answer = line.getresponse()
        seen = replace(seen, stream=_head(answer))
        began = time.monotonic()
        with suppress(TimeoutError, HTTPException):
            while (left := began + listens - time.monotonic()) > 0 and answer.status == 200:
                sock.settimeout(left)
                raw = answer.read1(_READ)
                if not raw:
                    break
                at = time.monotonic() - began
                arrivals += [(at, number) for number in boxes.feed(raw)]
        return replace(
            seen, arrivals=tuple(arrivals), cadence=boxes.cadence,
            listened=time.monotonic() - began,
        )  # fmt: skip
    return seen
