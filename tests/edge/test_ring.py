"""The kernel's ring itself."""

import errno
import os

import pytest

from fullhouse.edge import ring as ring_module
from fullhouse.edge.ring import EMPTY_ENTRY, ENTRY_BYTES, Ring
from tests.edge.pairs import heard, pairs, uring_works

pytestmark = pytest.mark.skipif(not uring_works(), reason="io_uring is not for us here")


def test_only_failures_come_back() -> None:
    ring = Ring()
    nobody = 999_999
    with pairs(2) as some:
        ring.load(b"hello")
        entries = [ring.entry(ours.fileno()) for ours, _ in some]
        whole = b"".join([entries[0], EMPTY_ENTRY, ring.entry(nobody), entries[1]])
        assert ring.submit(memoryview(whole)) == (4, [(nobody, -errno.EBADF)])
        assert [heard(theirs) for _, theirs in some] == [b"hello"] * 2
    ring.close()


def test_a_ring_gives_its_file_back() -> None:
    before = os.listdir("/proc/self/fd")
    ring = Ring()
    assert len(os.listdir("/proc/self/fd")) > len(before)
    ring.close()
    assert os.listdir("/proc/self/fd") == before


def test_a_kernel_that_does_not_know_what_is_asked_for_is_too_old(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ring_module, "_SUBMIT_ALL", 1 << 31)
    with pytest.raises(OSError, match=r"too old, 6\.0"):
        Ring()


def test_entries_have_the_size_that_the_kernel_expects() -> None:
    ring = Ring()
    assert len(ring.entry(3)) == len(EMPTY_ENTRY) == ENTRY_BYTES == 64
    ring.close()


def test_what_the_kernel_refused_is_not_handed_over_later() -> None:
    """Once it takes entries again, those that were refused are not among them."""
    ring = Ring()
    with pairs(1) as [(ours, theirs)]:
        ring.load(b"hello")
        entry, file = memoryview(ring.entry(ours.fileno())), ring._fd
        ring._fd = -1
        assert ring.submit(entry) == (0, [])
        ring._fd = file
        assert ring.submit(entry) == (1, [])
        assert heard(theirs) == b"hello"
    ring.close()
