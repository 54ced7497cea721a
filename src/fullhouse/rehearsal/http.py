"""A core: the answers of a server, read by a parser of the rehearsal's own.

Bytes in, heads and bodies out. It shares nothing with the server's parser, so that it shares no
mistake with it. Source: RFC 9112.
"""

from dataclasses import dataclass
from typing import Final

HEAD_BYTES: Final = 32_768
LINE_BYTES: Final = 1_024


class NotHttp(Exception):
    """The bytes are no answer of HTTP/1."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the body.

    Attributes:
        size: of the head itself, bytes.
        length: of the body; None: until the end of the connection, or in chunks.
        closes: nothing more can be asked on this connection.
        edge: which edge worker answers, as it calls itself.
        limit: what is full, where the server says so.
        between: who else says that they took part (`Server`, `Via`).
        retry_after: seconds after which to ask again; 0: not said.
    """

    status: int
    size: int
    length: int | None = None
    chunked: bool = False
    closes: bool = False
    edge: str = ""
    limit: str = ""
    between: str = ""
    retry_after: int = 0


def read_head(raw: bytes) -> Head | None:
    """Return the head at the start of `raw`, or None as long as it has not all come.

    Raises:
        NotHttp: it is none.
    """
    end = raw.find(b"\r\n\r\n")
    if not (raw.startswith(b"HTTP/1.") or b"HTTP/1.".startswith(raw[:7])):
        raise NotHttp("no status line")
    if end < 0:
        if len(raw) > HEAD_BYTES:
            raise NotHttp("endless head")
        return None
    start, *lines = raw[:end].decode("latin-1").split("\r\n")
    fields = dict(_field(line) for line in lines)
    status = _status(start)
    chunked = fields.get("transfer-encoding", "").lower().endswith("chunked")
    length = _number(fields["content-length"]) if "content-length" in fields else None
    if status in (204, 304):
        length, chunked = 0, False
    said = (fields.get(name, "") for name in ("server", "via"))
    return Head(
        status=status,
        size=end + 4,
        length=None if chunked else length,
        chunked=chunked,
        closes="close" in fields.get("connection", "").lower() or start.startswith("HTTP/1.0"),
        edge=fields.get("fullhouse-edge", "")[:100],
        limit=fields.get("fullhouse-limit", "")[:100],
        between=", ".join(one for one in said if one)[:100],
        retry_after=_seconds(fields.get("retry-after", "")),
    )


def _status(line: str) -> int:
    version, _, rest = line.partition(" ")
    code = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not _is_digits(code) or code < "100":
        raise NotHttp(f"status line {line[:40]!r}")
    return int(code)


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise NotHttp(f"header field {line[:40]!r}")
    return name.lower(), value.strip(" \t")


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _number(text: str) -> int:
    if not _is_digits(text) or len(text) > 15:
        raise NotHttp(f"length {text[:40]!r}")
    return int(text)


def _seconds(text: str) -> int:
    return min(600, int(text)) if _is_digits(text) and len(text) < 6 else 0


class Body:
    """Takes the body of an answer out of the bytes that come."""

    def __init__(self, head: Head) -> None:
        self.head = head
        self._left = head.length
        self._chunked = head.chunked
        self._rest = b""
        self._in_chunk = 0
        self.done = head.length == 0

    def feed(self, raw: bytes) -> bytes:
        """Return what of the body these bytes bring; what comes after it is dropped.

        Raises:
            NotHttp: the chunks are none.
        """
        if self.done:
            return b""
        if self._chunked:
            return self._chunks(raw)
        if self._left is None:
            return raw
        body = raw[: self._left]
        self._left -= len(body)
        self.done = self._left == 0
        return body

    def _chunks(self, raw: bytes) -> bytes:
        rest, found = self._rest + raw, []
        at = 0
        while not self.done:
            if self._in_chunk > 2:
                piece = rest[at : at + self._in_chunk - 2]
                if not piece:
                    break
                found.append(piece)
                at += len(piece)
                self._in_chunk -= len(piece)
            if 0 < self._in_chunk <= 2:
                if len(rest) - at < 2:
                    break
                if rest[at : at + 2] != b"\r\n":
                    raise NotHttp("a chunk without an end")
                at += 2
                self._in_chunk = 0
            elif self._in_chunk == 0:
                end = rest.find(b"\r\n", at, at + LINE_BYTES)
                if end < 0:
                    if len(rest) - at >= LINE_BYTES:
                        raise NotHttp("a chunk without a size")
                    break
                size = _chunk_size(rest[at:end])
                at = end + 2
                self.done = size == 0
                self._in_chunk = size + 2
        self._rest = b"" if self.done else rest[at:]
        return b"".join(found)


def _chunk_size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not 0 < len(digits) <= 8 or digits.strip(b"0123456789abcdefABCDEF"):
        raise NotHttp(f"chunk size {line[:40]!r}")
    return int(digits, 16)
