"""What one listener costs follows from figures, and from margins that are said."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.capacity.figures import Figures
from fullhouse.capacity.load import CADENCES, KBIT, chunk_bytes, load, places, slowest, wire_bytes
from fullhouse.edge.limits import Capacity
from fullhouse.media import Rendition
from tests.capacity.made import FIGURES, figures


@given(st.integers(0, 2_000_000))
def test_places_are_those_that_an_edge_gives(open_files: int) -> None:
    """The same rule, said in two folders that may not import each other."""
    assert places(open_files) == Capacity.below(open_files).most


@pytest.mark.parametrize(("rendition", "longest"), [("aac", 12), ("opus", 30), ("opus-low", 30)])
def test_the_longest_cadence_is_what_the_kernels_buffer_holds(rendition: str, longest: int) -> None:
    """As an edge decides it, at the usual send buffer of 32 kB."""
    assert slowest(FIGURES, rendition) == longest


def test_every_rendition_has_its_bitrate() -> None:
    assert set(KBIT) >= {rendition.value for rendition in Rendition}


@given(figures(), st.sampled_from(sorted(KBIT)))
def test_a_slower_cadence_never_takes_more_of_the_network(some: Figures, rendition: str) -> None:
    """Fewer, larger packets: up to one more packet and record for the whole chunk."""
    bits = [load(some, rendition, cadence).bits for cadence in CADENCES]
    assert all(slow <= quick * 1.02 for quick, slow in itertools.pairwise(bits))


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_more_bytes_are_more_on_the_wire(one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert small < wire_bytes(small) <= wire_bytes(large)


def test_a_listener_of_aac_at_the_usual_cadence() -> None:
    one = load(FIGURES, "aac", 3)
    assert one.chunk == chunk_bytes(FIGURES, "aac", 3) == 3 * (2_560 + 450)
    assert one.seconds == pytest.approx(0.96)
    assert one.cores == pytest.approx(FIGURES.send(one.chunk) / 0.96e6)
    assert 75_000 < one.bits < 85_000
    assert one.kernel == FIGURES.kernel + one.buffers
