"""A core: what waits to be told to one open page. One place per kind of news, the newest wins.

So a page that reads slowly is skipped ahead to what is true now, and costs no more than one
that reads fast.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["room", "stage", "listeners", "quality", "hands"]


@dataclass(slots=True)
class Feed:
    """News on the way to one page.

    Attributes:
        skipped: news that newer news replaced before the page had read them.
    """

    skipped: int = 0
    _waiting: dict[Kind, str] = field(default_factory=dict)

    def put(self, kind: Kind, payload: str) -> None:
        """Let `payload` wait, in place of older news of its kind."""
        self.skipped += self._waiting.pop(kind, None) is not None
        self._waiting[kind] = payload

    def take(self) -> bytes:
        """Return all that waits as server-sent events, oldest first; empty if nothing does."""
        events = "".join(event(kind, payload) for kind, payload in self._waiting.items())
        self._waiting.clear()
        return events.encode()


def event(kind: Kind, payload: str) -> str:
    """Return one server-sent event. `payload` is JSON, which has no line breaks of its own.

    Source: WHATWG HTML, section 9.2.5.
    """
    lines = "".join(f"data: {line}\n" for line in payload.splitlines())
    return f"event: {kind}\n{lines}\n"
