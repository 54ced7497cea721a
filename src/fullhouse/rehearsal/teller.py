"""A shell: one end of a pipe over which a process tells its reports, one JSON object a line.

Never waits for the other end, but for the last report: while a line is still on its way, nothing
more is told, and what happens meanwhile is in the next report.
"""

import json
import os
import select
import time
from typing import Final

from fullhouse.rehearsal.ledger import Report

MOST_LINE: Final = 1 << 22


class Teller:
    """The writing end."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""
        os.set_blocking(fd, False)

    def free(self) -> bool:
        """Return whether the last report has gone out whole."""
        self._push()
        return not self._rest

    def tell(self, report: Report) -> None:
        """Tell a report."""
        self._rest += json.dumps(report, separators=(",", ":")).encode() + b"\n"
        self._push()

    def finish(self, seconds: float) -> None:
        """See that everything goes out, for so long at the most."""
        end = time.monotonic() + seconds
        while not self.free() and time.monotonic() < end:
            select.select([], [self._fd], [], 0.05)

    def _push(self) -> None:
        try:
            while self._rest:
                self._rest = self._rest[os.write(self._fd, self._rest) :]
        except BlockingIOError:
            pass


class Hearer:
    """The reading end.

    Attributes:
        ended: the other end is closed.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.ended = False
        self._rest = b""
        os.set_blocking(fd, False)

    def reports(self) -> list[Report]:
        """Return the reports that have come in."""
        try:
            while raw := os.read(self.fd, 65_536):
                self._rest += raw
                if len(self._rest) > MOST_LINE:
                    break
            else:
                self.ended = True
        except BlockingIOError:
            pass
        *lines, self._rest = self._rest.split(b"\n")
        return [json.loads(line) for line in lines]
