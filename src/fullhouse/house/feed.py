"""A core: what waits to be told to one open page. One place per kind of news, the newest wins.

So a page that reads slowly is skipped ahead to what is true now, and costs no more than one
that reads fast. Notices, which tell what happened, have a short line of their own.
"""

from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["room", "stage", "listeners", "quality", "hands", "people", "me", "notice"]
MOST_NOTICES: Final = 16
"""That wait for one page; the oldest is left out."""


@dataclass(slots=True)
class Feed:
    """News on the way to one page.

    Attributes:
        skipped: news that newer news replaced before the page had read them.
    """

    skipped: int = 0
    _waiting: dict[Kind, str] = field(default_factory=dict)
    _notices: list[str] = field(default_factory=list)

    def put(self, kind: Kind, payload: str) -> None:
        """Let `payload` wait, in place of older news of its kind."""
        self.skipped += self._waiting.pop(kind, None) is not None
        self._waiting[kind] = payload

    def notice(self, payload: str) -> None:
        """Let something wait that happened; it replaces nothing, until they are too many."""
        self._notices.append(payload)
        self.skipped += len(self._notices) > MOST_NOTICES
        del self._notices[:-MOST_NOTICES]

    def take(self) -> bytes:
        """Return all that waits as server-sent events; empty if nothing does.

        What is true comes first, oldest first; then what happened.
        """
        events = [event(kind, payload) for kind, payload in self._waiting.items()]
        events += [event("notice", payload) for payload in self._notices]
        self._waiting.clear()
        self._notices.clear()
        return "".join(events).encode()


def event(kind: Kind, payload: str) -> str:
    """Return one server-sent event. `payload` is JSON, which has no line breaks of its own.

    Source: WHATWG HTML, section 9.2.5.
    """
    lines = "".join(f"data: {line}\n" for line in payload.splitlines())
    return f"event: {kind}\n{lines}\n"
