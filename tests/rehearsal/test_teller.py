"""Reports go through a pipe whole, and nobody waits for a reader who does not read."""

import os

from fullhouse.rehearsal.teller import Hearer, Teller


def test_reports_come_out_as_they_went_in() -> None:
    read, write = os.pipe()
    teller, hearer = Teller(write), Hearer(read)
    teller.tell({"at": 1, "text": "line\nbreak"})
    teller.tell({"at": 2})
    assert hearer.reports() == [{"at": 1, "text": "line\nbreak"}, {"at": 2}]
    assert not hearer.ended
    os.close(write)
    assert hearer.reports() == []
    assert hearer.ended
    os.close(read)


def test_nobody_waits_for_a_reader_who_does_not_read() -> None:
    read, write = os.pipe()
    teller, hearer = Teller(write), Hearer(read)
    teller.tell({"long": "x" * 200_000})
    assert not teller.free()
    teller.finish(0.05)
    found = hearer.reports()
    while not teller.free():
        found += hearer.reports()
    found += hearer.reports()
    assert [len(str(one["long"])) for one in found] == [200_000]
    os.close(write)
    os.close(read)
