"""A core: which container a source sends, told from its bytes, and where a new one begins.

The bytes decide before the content type does: ffmpeg calls everything `audio/mpeg`. Only the
containers named here are ever given to the decoder, by name: libav is never let to guess, for
it also knows formats that open files and addresses of their own.
"""

import re
from enum import StrEnum
from typing import Final

from fullhouse.stage.icecast import NotAudio

PROBE_BYTES: Final = 16 * 1024
"""Of so many bytes at the most it is told what they are."""


class Container(StrEnum):
    """A container by the name of libav's demuxer."""

    OGG = "ogg"
    MP3 = "mp3"
    AAC = "aac"
    FLAC = "flac"
    WEBM = "matroska"


_TYPES: Final = {
    "audio/ogg": Container.OGG,
    "application/ogg": Container.OGG,
    "audio/mpeg": Container.MP3,
    "audio/mp3": Container.MP3,
    "audio/aac": Container.AAC,
    "audio/aacp": Container.AAC,
    "audio/flac": Container.FLAC,
    "audio/x-flac": Container.FLAC,
    "audio/webm": Container.WEBM,
    "video/webm": Container.WEBM,
}
_MARKS: Final = (
    (b"OggS", Container.OGG),
    (b"fLaC", Container.FLAC),
    (b"\x1a\x45\xdf\xa3", Container.WEBM),
)
_MP3_BITRATES: Final = {
    (3, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by MPEG version (1 is said as 3, 2 as 2) and layer (I is said as 3, II as 2, III as 1).

Source: ISO/IEC 11172-3, 2.4.2.3, and 13818-3."""
_MP3_RATES: Final = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def probe(head: bytes, content_type: str, ended: bool = False) -> Container | None:
    """Return what the bytes are, or None where more of them are needed to tell.

    Args:
        head: the body's first bytes.
        content_type: breaks the tie where the bytes alone do not say.
        ended: no more bytes will come.

    Raises:
        NotAudio: these bytes begin nothing that is known here.
    """
    final = ended or len(head) >= PROBE_BYTES
    for mark, container in _MARKS:
        if head.startswith(mark):
            return container
        if mark.startswith(head) and not final:
            return None
    if head.startswith(b"ID3"):
        return Container.AAC if _TYPES.get(content_type) is Container.AAC else Container.MP3
    found = _find_frames(head)
    if found is None and (final or _is_text(head)):
        raise NotAudio()
    return found


def _is_text(head: bytes) -> bool:
    """Tell a page or a note sent by mistake, without waiting for more of it."""
    return len(head) >= 16 and all(32 <= byte < 127 or byte in b"\t\r\n" for byte in head)


def _find_frames(head: bytes) -> Container | None:
    """Look for two MPEG or ADTS frames in a row: a source may begin in the middle of one."""
    at = head.find(b"\xff")
    while at != -1:
        for container, length in ((Container.AAC, adts_length), (Container.MP3, mp3_length)):
            first = length(head[at : at + 7])
            if first and length(head[at + first : at + first + 7]):
                return container
        at = head.find(b"\xff", at + 1)
    return None


def adts_length(head: bytes) -> int:
    """Return the length of the ADTS frame that these seven bytes begin, 0 if they do not."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return 0
    rate = head[2] >> 2 & 15
    length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return length if rate < 13 and length > 7 else 0


def mp3_length(head: bytes) -> int:
    """Return the length of the MPEG audio frame that these bytes begin, 0 if they do not."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 0 or rate == 3 or not 0 < bitrate < 15:
        return 0
    table = _MP3_BITRATES[(3, layer) if version == 3 else (2, 3 if layer == 3 else 2)]
    bits, hertz = table[bitrate] * 1000, _MP3_RATES[version][rate]
    if layer == 3:
        return (12 * bits // hertz + padding) * 4
    per_frame = 72 if layer == 1 and version != 3 else 144
    return per_frame * bits // hertz + padding


_BEGINNINGS: Final = {
    Container.OGG: (b"OggS\x00\x02" + bytes(8),),
    Container.FLAC: (b'fLaC\x00\x00\x00"', b'fLaC\x80\x00\x00"'),
}
"""How a new stream shows itself: Ogg's first page at time 0, FLAC's marker and its first block."""


class Links:
    """Cuts a stream where a new one begins in it, as Ogg and FLAC radio does at each track.

    libav's Ogg demuxer gives up there and its FLAC parser repeats a second of sound, so that
    each link needs a demuxer of its own.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self._marks = _BEGINNINGS.get(container, ())
        self._search = re.compile(b"|".join(map(re.escape, self._marks))).search
        self._held = b""
        self._offset = 0
        self._joins_at = 0
        self._begun = False

    def feed(self, raw: bytes) -> list[bytes]:
        """Return the bytes, cut: each piece but the first begins a new link.

        A tail that may be the beginning of a mark is held back until more comes.
        """
        if not self._marks:
            return [raw]
        raw = self._held + raw
        pieces: list[bytes] = []
        last = 0
        at = max(0, self._joins_at - self._offset)
        end = len(raw) - self._unsure(raw)
        while match := self._search(raw, at):
            size = self._mark_size(raw, match.start())
            if size is None:
                end = match.start()
                break
            if self._begun and self._offset + match.start() != self._joins_at:
                pieces.append(raw[last : match.start()])
                last = match.start()
            self._begun = True
            at = match.start() + size
            self._joins_at = self._offset + at
        pieces.append(raw[last:end])
        self._held = raw[end:]
        self._offset += end
        return pieces

    def flush(self) -> bytes:
        """Return what was held back: the stream has ended."""
        held, self._held = self._held, b""
        return held

    def _unsure(self, raw: bytes) -> int:
        longest = max(map(len, self._marks)) - 1
        tails = (raw[len(raw) - size :] for size in range(min(longest, len(raw)), 0, -1))
        return next((len(t) for t in tails if any(m.startswith(t) for m in self._marks)), 0)

    def _mark_size(self, raw: bytes, at: int) -> int | None:
        """Return the size of the page that begins at `at`, None where its head is not all there.

        First pages of one Ogg link stand together, one for each of its streams.
        """
        if self._container is not Container.OGG:
            return len(self._marks[0])
        if len(raw) < at + 27 or len(raw) < at + 27 + raw[at + 26]:
            return None
        table = raw[at + 27 : at + 27 + raw[at + 26]]
        return 27 + len(table) + sum(table)
