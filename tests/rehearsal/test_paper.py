"""How a report looks."""

import re

from fullhouse.rehearsal.paper import SIGNS, STYLE, sign


def test_the_style_fetches_nothing() -> None:
    """No font, no picture, no other sheet: it works from a disk, and nobody is told."""
    assert not re.search(r"url\(|@import|//", STYLE)


def test_the_style_is_whole() -> None:
    """A brace that is missing would undo all that follows it."""
    assert STYLE.count("{") == STYLE.count("}")
    used = set(re.findall(r"var\((--[a-z]+)", STYLE))
    assert used - set(re.findall(r"(--[a-z]+):", STYLE)) == {"--n"}  # a table says it itself


def test_every_call_has_a_sign_of_its_own() -> None:
    """Who sees no red and green knows them by their shape."""
    assert len({sign(tone) for tone in SIGNS}) == 4
