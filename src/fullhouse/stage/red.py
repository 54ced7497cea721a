"""A core: RED, a packet that carries copies of the packets before it.

Browsers that offer it send each packet twice, the second time inside the next one. A lost
packet is then not guessed but there, as good as it was.
Source: RFC 2198 §3.
"""

from dataclasses import dataclass
from typing import Final

MOST_BLOCKS: Final = 4
"""The sound itself and three copies."""
_MORE: Final = 0x80


@dataclass(frozen=True, slots=True)
class Block:
    """One packet within a RED packet.

    Attributes:
        back: how many packets ago it was sent first; 0 for the sound itself.
        offset: by how many samples its timestamp lies before the RED packet's.
    """

    payload_type: int
    back: int
    offset: int
    payload: bytes


def split(raw: bytes) -> list[Block]:
    """Return the blocks of a RED payload, the oldest first; none if it is malformed."""
    heads: list[tuple[int, int, int]] = []
    at = 0
    while at < len(raw) and raw[at] & _MORE:
        if at + 4 > len(raw) or len(heads) == MOST_BLOCKS - 1:
            return []
        word = int.from_bytes(raw[at : at + 4])
        heads.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        at += 4
    if at >= len(raw):
        return []
    kind, at = raw[at], at + 1
    if at + sum(size for _, _, size in heads) > len(raw):
        return []
    blocks = []
    for number, (copied, offset, size) in enumerate(heads):
        blocks.append(Block(copied, len(heads) - number, offset, raw[at : at + size]))
        at += size
    return [*blocks, Block(kind, 0, 0, raw[at:])]
