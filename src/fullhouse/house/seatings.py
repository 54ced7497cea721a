"""A core: what is remembered of a room's seats: who is muted, and how loud they are. Bounded."""

from collections.abc import Mapping
from typing import Final

from fullhouse.errors import Refused

MOST_MUTED: Final = 1_024
"""Muted seats that are remembered, most of them long gone: no stage has as many."""
MOST_GAINS: Final = 256
"""Seats whose gain is remembered, as many and for the same reason."""
MOST_CALLED: Final = 64
"""Hands that are asked to come on stage at one time."""
MEMBER: Final = "m-"
"""Begins the seat of a person; the others are of programs that came with a room's key."""


class TooManyMuted(Refused):
    code = "too_many_muted"
    status = 409
    message = "Too many seats are muted. Please try again when the stage is back."


class TooManyGains(Refused):
    code = "too_many_gains"
    status = 409
    message = "Too many seats are turned up or down. Please try again when the stage is back."


class TooManyCalled(Refused):
    code = "too_many_called"
    status = 409
    message = "Too many listeners are being asked already. Please wait for their answers."


def without(seats: tuple[str, ...], *gone: str) -> tuple[str, ...]:
    """Return `seats` without some of them."""
    return tuple(one for one in seats if one not in gone)


def muted_with(
    muted: tuple[str, ...],
    seat: str,
    on_stage: tuple[str, ...] | None,
    barred: tuple[str, ...] = (),
) -> tuple[str, ...]:
    """Return the muted seats with one more. Where they are too many, one that is gone is left out.

    Somebody on stage is never left out, nor a person who may come back: the machine unmutes
    nobody. Whoever is barred comes back muted in any case.

    Raises:
        TooManyMuted: none is known to be gone for good.
    """
    if seat in muted:
        return muted
    if len(muted) < MOST_MUTED:
        return (*muted, seat)
    gone = next(
        (
            one
            for one in muted
            if one in barred
            or (on_stage is not None and one not in on_stage and not one.startswith(MEMBER))
        ),
        None,
    )
    if gone is None:
        raise TooManyMuted()
    return (*without(muted, gone), seat)


def turned(
    gains: Mapping[str, float], seat: str, gain_db: float, on_stage: tuple[str, ...] | None
) -> Mapping[str, float]:
    """Return the gains with one changed; bounded as `muted_with`. No gain is none that is kept.

    Raises:
        TooManyGains: none is known to be gone.
    """
    others = {one: gain for one, gain in gains.items() if one != seat}
    if not gain_db:
        return others
    if len(others) >= MOST_GAINS:
        gone = next((one for one in others if on_stage is not None and one not in on_stage), None)
        if gone is None:
            raise TooManyGains()
        del others[gone]
    return {**others, seat: gain_db}


def called_up(invited: tuple[str, ...], hands: tuple[str, ...]) -> tuple[str, ...]:
    """Return the hands that are being asked, with some more.

    Raises:
        TooManyCalled: that would be too many.
    """
    after = (*without(invited, *hands), *hands)
    if len(after) > MOST_CALLED:
        raise TooManyCalled()
    return after
