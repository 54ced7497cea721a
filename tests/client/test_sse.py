"""Server-sent events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.client.sse import MAX_EVENT, EventReader, ServerEvent
from fullhouse.errors import Malformed

STREAM = b': hello\n\nevent: stage\ndata: {"a":1}\n\ndata:x\r\ndata: y\r\n\r\nevent: gone\n\n'


@given(st.integers(1, len(STREAM)))
def test_events_are_the_same_in_whatever_pieces_they_come(size: int) -> None:
    reader = EventReader()
    found = [e for at in range(0, len(STREAM), size) for e in reader.feed(STREAM[at : at + size])]
    assert found == [ServerEvent("stage", '{"a":1}'), ServerEvent("message", "x\ny")]


@given(st.binary(max_size=400))
def test_any_bytes_are_read(raw: bytes) -> None:
    assert all(event.kind for event in EventReader().feed(raw))


@pytest.mark.parametrize("line", [b"data: " + b"x" * 1000 + b"\n", b"x" * 1000])
def test_an_event_has_a_bound(line: bytes) -> None:
    reader = EventReader()
    for _ in range(MAX_EVENT // 1000 - 1):
        reader.feed(line)
    with pytest.raises(Malformed):
        reader.feed(line * 3)
