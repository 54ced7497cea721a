"""A core: what rooms and people may be called. Text that shows as what it is, on one line."""

import unicodedata
from typing import Final
from urllib.parse import unquote

MOST_OF_A_NAME: Final = 60
MOST_OF_A_TITLE: Final = 120

_JOINERS: Final = frozenset("\u200c\u200d")
"""Joiners are invisible too, but emoji and Persian are not right without them."""
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def plain(text: str, most: int) -> str:
    """Return `text` as one line of at most `most` characters that nobody can play tricks with.

    Control characters, characters that turn the direction of writing and other invisible ones
    are taken out, runs of spaces become one, accents are composed (NFC).
    """
    spaced = "".join(" " if char.isspace() else char for char in text)
    shown = "".join(
        char
        for char in unicodedata.normalize("NFC", spaced)
        if char in _JOINERS or unicodedata.category(char) not in _INVISIBLE
    )
    line = unicodedata.normalize("NFC", " ".join(shown.split()))[:most].strip()
    return line if any(char not in _JOINERS for char in line) else ""


def name_in_header(value: str) -> str:
    """Return the name in a `Fullhouse-Name` header: UTF-8, percent-encoded."""
    return plain(unquote(value, errors="replace"), MOST_OF_A_NAME)
