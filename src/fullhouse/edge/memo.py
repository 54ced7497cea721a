"""A core: what was worked out before, by what it was worked out from. Bounded, in two generations.

The newer one fills up; then it becomes the older one, and what was in that and was not asked for
since is forgotten. What is asked for often stays, however many others are asked for once.
"""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """At most twice `most` values."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._newer: dict[Key, Value] = {}
        self._older: dict[Key, Value] = {}

    def __len__(self) -> int:
        return len(self._newer.keys() | self._older.keys())

    def get(self, key: Key) -> Value | None:
        """Return what was kept, or None."""
        value = self._newer.get(key)
        if value is None and (value := self._older.get(key)) is not None:
            self.keep(key, value)
        return value

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value for a while, in the place of the one that was kept before."""
        if len(self._newer) >= self._most:
            self._older, self._newer = self._newer, {}
        self._newer[key] = value
