"""An event loop that turns when it is told to."""

import asyncio
import select
from collections.abc import Callable
from typing import Any, cast


class Turns:
    """As much of a loop as an audience uses."""

    def __init__(self) -> None:
        self.now = 0.0
        self._soon: list[tuple[Callable[..., object], tuple[Any, ...]]] = []
        self._readers: dict[int, Callable[[], object]] = {}

    def time(self) -> float:
        return self.now

    def call_soon(self, call: Callable[..., object], *args: Any) -> None:
        self._soon.append((call, args))

    def add_reader(self, file: int, call: Callable[[], object]) -> None:
        self._readers[file] = call

    def remove_reader(self, file: int) -> None:
        del self._readers[file]

    def turn(self) -> bool:
        """Run what is due; return whether anything was."""
        soon, self._soon = self._soon, []
        ready, _, _ = select.select(list(self._readers), [], [], 0)
        for file in ready:
            self._readers[file]()
        for call, args in soon:
            call(*args)
        return bool(soon or ready)

    def settle(self) -> None:
        """Turn until nothing is left to be done."""
        while self.turn():
            pass

    def as_loop(self) -> asyncio.AbstractEventLoop:
        """Pass for a whole loop."""
        return cast(asyncio.AbstractEventLoop, self)
