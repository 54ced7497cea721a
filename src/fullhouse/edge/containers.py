"""A core: a room's parts as the bytes that listeners get, each made once and shared by all.

Nothing is made before somebody asks for it. docs/wire.md says which path carries what.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fullhouse.edge.cadence import Cadences
from fullhouse.edge.holds import RoomHold
from fullhouse.edge.playing import Playing
from fullhouse.edge.request import Format
from fullhouse.edge.window import Window
from fullhouse.media import BIT_RATE, CODEC, Rendition
from fullhouse.programme import adts, cmaf, ogg
from fullhouse.programme.events import MAX_EVENT_BYTES, MAX_EVENTS, cadence_event
from fullhouse.programme.filler import Filler, FillerKind
from fullhouse.units import PART_MICROS, SECOND, PartNumber, RoomSlug

RESUME_PARTS: Final = 64
"""How far back a stream can be taken up again, 20 s, twice the longest cadence: further back, the
newest is wanted."""

NOTED_EVERY: Final = 3
"""Parts: whoever joins hears how the room is within the first second, and so does everybody else;
in between it is said only when it has changed, for it is a tenth of the bytes."""

Note = Callable[[Playing], bytes]
"""Returns the room event that goes into a part which holds this."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What is special about one endless stream.

    Attributes:
        media_type: for Content-Type.
        burst: parts that a new listener gets at once; plain players start only when they have
            filled a buffer of their own.
    """

    rendition: Rendition
    media_type: str
    burst: int


def _mp4(rendition: Rendition) -> Stream:
    return Stream(rendition, f'audio/mp4; codecs="{cmaf.CODECS[CODEC[rendition]]}"', 3)


def _adts(rendition: Rendition) -> Stream:
    return Stream(rendition, "audio/aac", 6)


def _ogg(rendition: Rendition) -> Stream:
    return Stream(rendition, "audio/ogg; codecs=opus", 6)


STREAMS: Final = {
    Format.MP4: _mp4(Rendition.AAC),
    Format.OPUS_MP4: _mp4(Rendition.OPUS),
    Format.AAC: _adts(Rendition.AAC),
    Format.OGG: _ogg(Rendition.OPUS),
    Format.LOW_MP4: _mp4(Rendition.AAC_LOW),
    Format.LOW_OPUS_MP4: _mp4(Rendition.OPUS_LOW),
    Format.LOW_AAC: _adts(Rendition.AAC_LOW),
    Format.LOW_OGG: _ogg(Rendition.OPUS_LOW),
}


def part_bytes(format_: Format) -> int:
    """Return about how large a part of a stream is, events included."""
    rendition = STREAMS[format_].rendition
    around = 600 if STREAMS[format_].media_type.startswith("audio/mp4") else 120
    return BIT_RATE[rendition] * PART_MICROS // (8 * SECOND) + around


class Containers:
    """The bytes of one room's parts."""

    def __init__(
        self,
        slug: RoomSlug,
        window: Window,
        filler: Filler,
        note: Note,
        cadences: Cadences,
        *,
        hold: RoomHold | None = None,
    ) -> None:
        self._slug = slug
        self._window = window
        self._cadences = cadences
        self._filler = filler
        self._hold = RoomHold() if hold is None else hold
        self._note = note
        self._serial = zlib.crc32(slug.encode())
        self._made: dict[tuple[Format, int], bytes] = {}
        self._notes: dict[int, bytes] = {}
        self._bursts: dict[tuple[Format, int, int], bytes] = {}

    def packets(self, rendition: Rendition, number: PartNumber) -> Sequence[bytes]:
        """Return what a decided part holds: the stage's sound, or filler."""
        part = self._window.sound(number)
        if part is not None:
            return part.packets.get(rendition) or self._filler.packets(
                FillerKind.SILENCE, rendition, number
            )
        playing = self._window.playing(number)
        own = self._hold.at(number) if playing is Playing.HOLD else None
        kept = () if own is None else own.packets(rendition, number)
        return kept or self._filler.packets(FillerKind(playing.value), rendition, number)

    def part(self, format_: Format, number: PartNumber) -> bytes:
        """Return a decided part as it goes out on an endless stream."""
        made = self._made.get((format_, number))
        if made is None:
            made = self._make(format_, number)
            if number >= self._window.head - RESUME_PARTS:
                self._keep(format_, number, made)
        return made

    def _keep(self, format_: Format, number: PartNumber, made: bytes) -> None:
        oldest = self._window.head - RESUME_PARTS
        for key in [key for key in self._made if key[1] < oldest]:
            del self._made[key]
        self._made[format_, number] = made

    def _make(self, format_: Format, number: PartNumber) -> bytes:
        packets = self.packets(STREAMS[format_].rendition, number)
        match format_:
            case Format.AAC | Format.LOW_AAC:
                return adts.frames(packets)
            case Format.OGG | Format.LOW_OGG:
                return ogg.page(self._serial, number, packets)
            case Format.MP4 | Format.OPUS_MP4 | Format.LOW_MP4 | Format.LOW_OPUS_MP4:
                rendition = STREAMS[format_].rendition
                return cmaf.media_part(rendition, number, packets, self._events(number))

    def _events(self, number: PartNumber) -> list[bytes]:
        part = self._window.sound(number)
        told = [] if part is None else [e for e in part.events if len(e) <= MAX_EVENT_BYTES]
        own = self._noted(number)
        if (cadence := self._cadences.told(self._slug, number)) is not None:
            own.append(cadence_event(cadence.parts, cadence.following, cadence.start, cadence.why))
        return [*own, *told[: MAX_EVENTS - len(own)]]

    def _noted(self, number: PartNumber) -> list[bytes]:
        """Return the room event, where this part says it."""
        note = self._notes.setdefault(number, self._note(self._window.playing(number)))
        for old in [one for one in self._notes if one < self._window.head - RESUME_PARTS]:
            del self._notes[old]
        return [] if number % NOTED_EVERY and self._notes.get(number - 1) == note else [note]

    def opening(self, format_: Format) -> bytes:
        """Return what stands before the first part."""
        match format_:
            case Format.AAC | Format.LOW_AAC:
                return b""
            case Format.OGG | Format.LOW_OGG:
                return ogg.headers(self._serial)
            case Format.MP4 | Format.OPUS_MP4 | Format.LOW_MP4 | Format.LOW_OPUS_MP4:
                return cmaf.init_segment(STREAMS[format_].rendition)

    def burst(self, format_: Format, before: bytes, resume: PartNumber | None = None) -> bytes:
        """Return what a new listener gets at once: the opening and the newest parts.

        Args:
            before: what stands before it all, the answer's head.
            resume: the part to go on from; taken if it is at most twenty seconds back.
        """
        head = self._window.head
        most = self._cadences.longest(self._slug, format_, head)
        count = max(STREAMS[format_].burst, most + 2)
        start = max(head - count, self._window.first)
        if resume is not None and max(head - RESUME_PARTS, self._window.first) <= resume <= head:
            start = resume
        if (made := self._bursts.get((format_, start, head))) is not None:
            return made
        parts = (self.part(format_, PartNumber(number)) for number in range(start, head))
        made = b"".join((before, self.opening(format_), *parts))
        self._bursts = {key: kept for key, kept in self._bursts.items() if key[2] == head}
        self._bursts[format_, start, head] = made
        return made

    def hls(self, rendition: Rendition, parts: range) -> bytes:
        """Return an HLS file: these parts in a row, or the init segment for none.

        A file's bytes do not depend on what else was asked for: those of a segment are those of
        its HLS parts.
        """
        if not parts:
            return cmaf.init_segment(rendition)
        numbers = map(PartNumber, parts)
        return b"".join(cmaf.media_part(rendition, n, self.packets(rendition, n)) for n in numbers)

    def forget(self) -> None:
        """Let go of all that was made: nobody listens any more."""
        self._made.clear()
        self._notes.clear()
        self._bursts.clear()
