"""Timelines as figures."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rehearsal.plots import MOST_POINTS, Mark, Plot, Series, drawn, thinned, top
from fullhouse.rehearsal.saying import count, seconds


def plot(values: list[float], mark: Mark | None = None) -> Plot:
    """Return a figure of one line."""
    return Plot("Own lag", "At most 3 ms.", seconds, (Series("lag", "own", values, True),), mark)


def paths(html: str, kind: str) -> list[str]:
    """Return the drawn paths of one kind."""
    svg = ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + 6])
    return [path.attrib["d"] for path in svg.iter("path") if path.attrib["class"].startswith(kind)]


def test_a_figure_has_a_title_for_those_who_cannot_see_it() -> None:
    """What a picture shows is said in words, in the picture."""
    html = drawn(plot([0.001, 0.003]))
    assert 'role="img"' in html
    assert "<title>Own lag. At most 3 ms.</title>" in html


def test_words_of_a_figure_are_text_and_no_markup() -> None:
    """A worker may call itself what it likes."""
    odd = Plot("<b>", "<i>", count, (Series("<u>", 'a"b', [1.0]),), None, ((0, 1, "<s>"),))
    html = drawn(odd)
    assert not any(tag in html for tag in ("<b><", "<i><", "<u>", "<s>", 'a"b'))


def test_the_worst_moment_stays_when_points_are_left_out() -> None:
    """A long rehearsal has a second in it that matters."""
    values = [0.0] * 3_000
    values[1_234] = 9.0
    thin = thinned(values)
    assert len(thin) <= MOST_POINTS
    assert max(thin) == 9.0


@given(st.floats(1e-6, 1e9))
def test_an_axis_ends_at_a_round_number_above_the_largest(largest: float) -> None:
    """And not far above it: else the line lies on the ground."""
    assert largest * 0.999 <= top(largest) <= largest * 2.5 * 1.001


@given(st.lists(st.floats(0, 1e6), max_size=1_000), st.floats(0.001, 1e6))
def test_every_line_stays_in_its_field(values: list[float], level: float) -> None:
    """None, one or a thousand seconds, with a mark near or far: it is well-formed and inside."""
    html = drawn(plot(values, Mark(level, "allowed")))
    for path in paths(html, "line"):
        numbers = [float(n) for pair in path[1:].split("L") for n in pair.split()]
        assert all(0 <= x <= 1000 for x in numbers[::2])
        assert all(0 <= y <= 300 for y in numbers[1::2])
    assert len(paths(html, "line")) == bool(values)
    assert len(paths(html, "mark")) == 1


@pytest.mark.parametrize(("kept", "drawn_marks"), [(True, 1), (False, 0)])
def test_a_mark_far_above_is_drawn_if_it_is_to_be(kept: bool, drawn_marks: int) -> None:
    """How far below the bar all of it is, is what such a figure says."""
    html = drawn(plot([0.001], Mark(2.0, "allowed", kept)))
    assert len(paths(html, "mark")) == drawn_marks
    assert ("allowed" in html) is bool(drawn_marks)


def test_an_axis_says_no_number_twice() -> None:
    """Between 0 and 1 listener there is nobody."""
    nobody = Plot("Gaps", "None.", count, (Series("gaps", "bad", [0.0, 0.0]),))
    assert '<div class="ticks"><span>1</span><span></span><span>0</span></div>' in drawn(nobody)
