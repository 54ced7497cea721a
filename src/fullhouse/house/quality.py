"""A core: how every speaker's sound came in: the newest second, and the sums since they came.

Bounded: rooms by those who call, speakers of a room by `MOST_SPEAKERS`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import QualityNews, SpeakerQuality

FORGOTTEN_AFTER: Final = Micros(5 * SECOND)
"""What a stage said longer ago says nothing about now."""
MOST_SPEAKERS: Final = 64

REASONS: Final = ("real", "late_recovered", "fec", "concealed", "comfort", "silent")
"""Where frames come from."""
SUMMED: Final = (*REASONS, "packets", "refused", "trims")

Sums = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a room's stage has said: the newest, when, and each speaker's sums by field."""

    news: QualityNews
    at: Micros
    sums: Mapping[str, Sums]


@dataclass(slots=True)
class Qualities:
    """The newest quality news of each room, with sums."""

    _rooms: dict[RoomSlug, Heard] = field(default_factory=dict)

    def hear(self, news: QualityNews, *, now: Micros) -> QualityNews:
        """Take a second of a room in, and return it as it is kept."""
        by_seat = {one.seat: one for one in news.speakers[:MOST_SPEAKERS]}
        kept = news.model_copy(update={"speakers": tuple(by_seat.values())})
        before = self._rooms.get(news.slug)
        goes_on = before is not None and before.news.instance == news.instance
        sums = before.sums if before is not None and goes_on else {}
        self._rooms[news.slug] = Heard(
            kept, now, {one.seat: _added(sums.get(one.seat, {}), one) for one in kept.speakers}
        )
        return kept

    def newest(self, slug: RoomSlug, *, now: Micros) -> QualityNews | None:
        """Return the newest news of a room, or None when it is too old."""
        self._forget(now)
        heard = self._rooms.get(slug)
        return None if heard is None else heard.news

    def speakers(self, *, now: Micros) -> Iterator[tuple[RoomSlug, SpeakerQuality, Sums]]:
        """Return every speaker's room, newest second and sums."""
        self._forget(now)
        for slug, heard in sorted(self._rooms.items()):
            for speaker in heard.news.speakers:
                yield slug, speaker, heard.sums[speaker.seat]

    def _forget(self, now: Micros) -> None:
        self._rooms = {
            slug: heard for slug, heard in self._rooms.items() if now - heard.at < FORGOTTEN_AFTER
        }


def _added(sums: Sums, speaker: SpeakerQuality) -> Sums:
    return {name: sums.get(name, 0) + max(0, getattr(speaker, name)) for name in SUMMED}
