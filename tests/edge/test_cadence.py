"""How many parts go out with one send."""

from fullhouse.edge.cadence import CLASSES, Cadences
from fullhouse.edge.request import Format
from fullhouse.units import PartNumber, RoomSlug

DEMO = RoomSlug("demo")


def test_every_stream_has_a_class_of_listeners() -> None:
    assert set(CLASSES) == set(Format)


def test_what_the_operator_set_holds_from_the_first_part() -> None:
    cadences = Cadences(least=3)
    assert cadences.of(DEMO, Format.MP4, PartNumber(0)) == 3
    told = cadences.told(DEMO, PartNumber(0))
    assert told is not None
    assert (told.parts, told.following, told.why) == (3, None, "operator")
