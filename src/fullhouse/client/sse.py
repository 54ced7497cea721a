"""A core: server-sent events out of the bytes that carry them.

Source: WHATWG HTML, section 9.2.6, as far as a house uses it: `event`, `data` and comments.
"""

from dataclasses import dataclass
from typing import Final

from fullhouse.errors import Malformed

MAX_EVENT: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class ServerEvent:
    kind: str
    payload: str


class EventReader:
    """Collects events from bytes as they come."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._kind = ""
        self._lines: list[str] = []
        self._size = 0

    def feed(self, raw: bytes) -> list[ServerEvent]:
        """Return the events that are complete now.

        Raises:
            Malformed: one event is larger than 256 kB.
        """
        found: list[ServerEvent] = []
        *lines, rest = (bytes(self._line) + raw).split(b"\n")
        self._line = bytearray(rest)
        for line in lines:
            event = self._take(line.removesuffix(b"\r").decode("utf-8", "replace"))
            if event is not None:
                found.append(event)
        if self._size + len(self._line) > MAX_EVENT:
            raise Malformed("A server-sent event is larger than 256 kB.")
        return found

    def _take(self, line: str) -> ServerEvent | None:
        if not line:
            event = ServerEvent(self._kind or "message", "\n".join(self._lines))
            complete = bool(self._lines)
            self._kind, self._lines, self._size = "", [], 0
            return event if complete else None
        field, _, text = line.partition(":")
        text = text.removeprefix(" ")
        if field == "event":
            self._kind = text
        elif field == "data":
            self._lines.append(text)
            self._size += len(text)
        return None
