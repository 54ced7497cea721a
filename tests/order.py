"""In which order tests run beside each other: who takes long begins first, so that nobody waits.

With `--dist worksteal` each worker begins with a stretch of its own of all tests, one as long as
the other; who is through takes from the end of another's.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Test = TypeVar("Test")


def dealt(tests: Sequence[Test], seconds: Callable[[Test], float], workers: int) -> list[Test]:
    """Return the tests with the long ones at the beginnings of all stretches.

    Args:
        seconds: how long a test takes; 0 for most, whose order stays.
        workers: how many stretches there are.
    """
    longest = sorted((test for test in tests if seconds(test)), key=seconds, reverse=True)
    others = [test for test in tests if not seconds(test)]
    hands = [longest[worker::workers] for worker in range(workers)]
    left, ordered = len(tests), list[Test]()
    for worker, hand in enumerate(hands):
        size = left // (workers - worker)
        left -= size
        more = max(0, size - len(hand))
        ordered += [*hand, *others[:more]]
        del others[:more]
    return ordered + others
