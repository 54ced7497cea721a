"""A core: how long to wait before trying again.

The first time almost at once, then longer and longer up to a bound; each wait is scattered, so
that many who lost the same house do not come back in the same instant.
Source: "full jitter" in M. Brooker, Exponential Backoff and Jitter, 2015.
"""

from typing import Final

FIRST: Final = 0.25
MOST: Final = 5.0


def pause(failures: int, chance: float, most: float = MOST) -> float:
    """Return seconds to wait after so many failures in a row.

    Args:
        failures: 1 after the first.
        chance: evenly between 0 and 1, new each time.
        most: never wait longer.
    """
    span = min(most, FIRST * (1 << min(failures - 1, 16)))
    return span * (0.5 + 0.5 * chance)
