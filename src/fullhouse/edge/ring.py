"""A shell: io_uring, as far as sending needs it, through ctypes and mmap.

Entries come ready-made, 64 bytes each; one system call hands over many. An entry that succeeds
leaves no trace, so that only trouble has to be read.
Source: Linux `include/uapi/linux/io_uring.h`, io_uring_setup(2), io_uring_enter(2).
"""

import ctypes
import errno
import mmap
import os
import struct
import sys
from array import array
from typing import Final

ENTRY_BYTES: Final = 64
MOST: Final = 1_024
"""Entries of one system call."""
CHUNK_BYTES: Final = 4 << 20
"""The longest chunk; memory that no chunk has touched costs nothing."""

_SETUP, _ENTER = 425, 426  # the same on every architecture
_TOO_OLD: Final = "this kernel's is too old, 6.0 and later will do"
_SUBMIT_ALL: Final = 1 << 7  # go on after an entry that failed
_COOPERATIVE: Final = 1 << 8
_SINGLE_ISSUER: Final = 1 << 12
_CQE_SKIP: Final = 1 << 11  # among the features
_RING, _ENTRIES = 0, 0x10000000  # what is mapped, by its offset
_PARAMS: Final = struct.Struct("=7I12x10I10I")
_WORDS: Final = ENTRY_BYTES // 4
_LENGTH_WORD: Final = 6
_COMPLETION: Final = struct.Struct("=QiI")

_SEND: Final = 26
_SKIP_SUCCESS: Final = 1 << 6
_FLAGS: Final = 0x4000 | 0x100 | 0x40  # no signal; all of it, else it counts as failed; no waiting
_ENTRY: Final = struct.Struct("=BBHiQQIIQ24x")
EMPTY_ENTRY: Final = _ENTRY.pack(0, _SKIP_SUCCESS, 0, -1, 0, 0, 0, 0, 0)
"""Does nothing."""


class Ring:
    """Hands entries over to the kernel, and reads which of them failed.

    Attributes:
        most: entries that it takes at once.
    """

    def __init__(self) -> None:
        """Set up a ring.

        Raises:
            OSError: this system has none, or not for us.
        """
        if sys.platform != "linux" or ctypes.sizeof(ctypes.c_void_p) != 8:
            raise OSError("only 64-bit Linux has it")
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        self._syscall.restype = ctypes.c_long
        setup = self._set_up(_SUBMIT_ALL | _COOPERATIVE | _SINGLE_ISSUER)
        self.most, completions, *_ = setup[:7]
        self._map(setup[7:17], setup[17:27], completions)
        self._buffer = mmap.mmap(-1, CHUNK_BYTES)
        self._address = ctypes.addressof(ctypes.c_char.from_buffer(self._buffer))
        self._chunk = b""
        self._lengths = array("I")

    def _set_up(self, flags: int) -> tuple[int, ...]:
        params = ctypes.create_string_buffer(_PARAMS.pack(0, 0, flags, *([0] * 24)), _PARAMS.size)
        self._fd = self._syscall(_SETUP, MOST, params)
        if self._fd < 0:
            error = ctypes.get_errno()
            too_old = error == errno.EINVAL
            raise OSError(error, _TOO_OLD if too_old else os.strerror(error))
        setup = _PARAMS.unpack(params.raw)
        if not setup[5] & _CQE_SKIP:
            os.close(self._fd)
            raise OSError(errno.EINVAL, _TOO_OLD)
        return setup

    def _map(self, sent: tuple[int, ...], done: tuple[int, ...], completions: int) -> None:
        """Map what is shared with the kernel: two rings, and the entries."""
        shared = mmap.MAP_SHARED | mmap.MAP_POPULATE
        rw = mmap.PROT_READ | mmap.PROT_WRITE
        size = max(sent[6] + self.most * 4, done[5] + completions * _COMPLETION.size)
        ring = mmap.mmap(self._fd, size, shared, rw, offset=_RING)
        entries = mmap.mmap(self._fd, self.most * ENTRY_BYTES, shared, rw, offset=_ENTRIES)
        self._entries = memoryview(entries)
        self._words = self._entries.cast("I")
        order = memoryview(ring)[sent[6] : sent[6] + self.most * 4].cast("I")
        order[:] = array("I", range(self.most))
        self._sent_head = ctypes.c_uint32.from_buffer(ring, sent[0])
        self._sent_tail = ctypes.c_uint32.from_buffer(ring, sent[1])
        self._done_head = ctypes.c_uint32.from_buffer(ring, done[0])
        self._done_tail = ctypes.c_uint32.from_buffer(ring, done[1])
        self._done_mask = completions - 1
        self._done = memoryview(ring)[done[5] : done[5] + completions * _COMPLETION.size]

    def entry(self, descriptor: int) -> bytes:
        """Return an entry that sends the chunk to a socket."""
        return _ENTRY.pack(
            _SEND, _SKIP_SUCCESS, 0, descriptor, 0, self._address, 0, _FLAGS, descriptor
        )

    def load(self, chunk: bytes) -> None:
        """Make `chunk`, of at most `CHUNK_BYTES`, what is sent from now on."""
        if chunk is not self._chunk:
            self._buffer[: len(chunk)] = chunk
            self._chunk = chunk

    def submit(self, entries: memoryview) -> tuple[int, list[tuple[int, int]]]:
        """Let the kernel carry out entries, at most `most`.

        Returns:
            how many it took, in order: all, unless something is very wrong; and those that
            failed: the descriptor, and the bytes that were sent or the negative error number.
        """
        count = len(entries) // ENTRY_BYTES
        tail = self._sent_tail.value
        at = tail & (self.most - 1)
        first = min(count, self.most - at)
        self._place(at, entries[: first * ENTRY_BYTES])
        if first < count:
            self._place(0, entries[first * ENTRY_BYTES :])
        self._sent_tail.value = tail + count & 0xFFFFFFFF
        taken = max(0, self._syscall(_ENTER, self._fd, count, 0, 0, None, 0))
        if taken < count:
            self._sent_tail.value = self._sent_head.value
        return taken, self._failed()

    def _place(self, at: int, entries: memoryview) -> None:
        count = len(entries) // ENTRY_BYTES
        self._entries[at * ENTRY_BYTES : (at + count) * ENTRY_BYTES] = entries
        if len(self._lengths) < count or self._lengths[0] != len(self._chunk):
            self._lengths = array("I", [len(self._chunk)]) * self.most
        words = self._words[at * _WORDS + _LENGTH_WORD : (at + count) * _WORDS : _WORDS]
        words[:] = memoryview(self._lengths)[:count]

    def _failed(self) -> list[tuple[int, int]]:
        head, tail = self._done_head.value, self._done_tail.value
        if head == tail:
            return []
        failed = []
        while head != tail:
            at = (head & self._done_mask) * _COMPLETION.size
            descriptor, result, _ = _COMPLETION.unpack_from(self._done, at)
            failed.append((descriptor, result))
            head = head + 1 & 0xFFFFFFFF
        self._done_head.value = head
        return failed

    def close(self) -> None:
        """Give the ring back. Nothing may be handed over after that."""
        for shared in (self._words, self._entries, self._done):
            shared.release()
        del self._sent_head, self._sent_tail, self._done_head, self._done_tail
        os.close(self._fd)
