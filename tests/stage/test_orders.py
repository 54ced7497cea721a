"""What a stage's process is told."""

import pytest

from fullhouse.errors import Malformed
from fullhouse.stage.orders import Orders
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import RoomNews, RoomState

ROOM = RoomNews(
    slug=RoomSlug("r"),
    title="Two\nlines",
    state=RoomState.LIVE,
    since=Micros(1),
    epoch=Micros(1),
    revision=1,
)


def test_orders_are_one_line_and_come_out_as_they_went_in() -> None:
    orders = Orders(room=ROOM, node="n", media_host="127.0.0.1", media_ports=(40000, 40199))
    line = orders.line()
    assert line.count(b"\n") == 1
    assert Orders.unpack(line) == orders


def test_a_stage_without_a_seat_is_no_stage() -> None:
    with pytest.raises(Malformed):
        Orders.unpack(b'{"room": {}, "node": "n", "media_host": "x", "seats": 0}')
