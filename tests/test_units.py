"""Units fit together, and a room's name is safe everywhere a name may stand."""

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.errors import BadSlug
from fullhouse.units import (
    FRAME_SAMPLES,
    PART_MICROS,
    PART_SAMPLES,
    RESERVED_SLUGS,
    SAMPLE_RATE,
    SECOND,
    room_slug,
)


def test_a_part_is_a_whole_number_of_everything() -> None:
    """0.32 s, 16 ticks, 16 Opus packets of 960 and 15 AAC packets of 1,024."""
    assert PART_SAMPLES * SECOND == PART_MICROS * SAMPLE_RATE
    assert PART_SAMPLES == 16 * FRAME_SAMPLES == 16 * 960 == 15 * 1024


@pytest.mark.parametrize("name", ["a", "7", "demo", "town-hall-2", "a--b", "x" * 64])
def test_plain_names_are_rooms(name: str) -> None:
    assert room_slug(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "-a", "a-", "A", "a b", "a.b", "..", "../etc/passwd", "a/b", "a%2e", "ä", "a\n", "\0",
        "room\u202e", "x" * 65, "x" * 300, *sorted(RESERVED_SLUGS),
    ],
)  # fmt: skip
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(BadSlug) as refused:
        room_slug(name)
    assert (refused.value.code, refused.value.status) == ("bad_slug", 400)


@given(st.text(max_size=80) | st.text("abz09-._/", max_size=70))
def test_a_name_that_is_accepted_needs_no_escaping_anywhere(text: str) -> None:
    """In a path, in a bus subject, in a file name, in HTML."""
    try:
        slug = room_slug(text)
    except BadSlug:
        return
    assert slug == text
    assert quote(slug, safe="") == slug
    assert re.fullmatch(r"[a-z0-9-]{1,64}", slug)
