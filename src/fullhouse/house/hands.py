"""A core: a listener's hand: what may become of it, and draws that everybody can repeat.

A draw sorts hands by a hash of a seed and each hand. The seed's own hash, the promise, is public
before the first hand can be drawn, the seed afterwards: nobody, the house included, can choose
a seed that suits them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final

from fullhouse.errors import NotAllowed, Refused
from fullhouse.units import Micros

MOST_HANDS: Final = 20_000
"""Hands of one room that are up at one time."""


class HandState(StrEnum):
    """What has become of a hand."""

    UP = "up"
    CALLED = "called"
    ON_STAGE = "on_stage"
    UNANSWERED = "unanswered"
    """They were asked, and did not say anything in time."""
    DECLINED = "declined"
    DOWN = "down"


class Step(Enum):
    """What may happen to a hand. The values say what a hand does that does it, for refusals."""

    RAISE = "be raised"
    LOWER = "be lowered"
    CALL = "be invited"
    ACCEPT = "come on stage"
    DECLINE = "decline"
    RUN_OUT = "run out of time"
    MOVE_BACK = "be moved back"


_S = HandState
MOVES: Final[Mapping[HandState, Mapping[Step, HandState]]] = {
    _S.UP: {
        Step.RAISE: _S.UP,
        Step.LOWER: _S.DOWN,
        Step.CALL: _S.CALLED,
        Step.MOVE_BACK: _S.UP,
    },
    _S.CALLED: {
        Step.RAISE: _S.CALLED,
        Step.LOWER: _S.DOWN,
        Step.CALL: _S.CALLED,
        Step.ACCEPT: _S.ON_STAGE,
        Step.DECLINE: _S.DECLINED,
        Step.RUN_OUT: _S.UNANSWERED,
        Step.MOVE_BACK: _S.CALLED,
    },
    _S.UNANSWERED: {
        Step.RAISE: _S.UP,
        Step.LOWER: _S.DOWN,
        Step.CALL: _S.CALLED,
        Step.DECLINE: _S.DECLINED,
        Step.RUN_OUT: _S.UNANSWERED,
        Step.MOVE_BACK: _S.UNANSWERED,
    },
    _S.ON_STAGE: {
        Step.RAISE: _S.ON_STAGE,
        Step.LOWER: _S.ON_STAGE,
        Step.ACCEPT: _S.ON_STAGE,
        Step.DECLINE: _S.DOWN,
        Step.MOVE_BACK: _S.DOWN,
    },
    _S.DECLINED: {
        Step.RAISE: _S.UP,
        Step.LOWER: _S.DOWN,
        Step.CALL: _S.CALLED,
        Step.DECLINE: _S.DECLINED,
        Step.MOVE_BACK: _S.DECLINED,
    },
    _S.DOWN: {
        Step.RAISE: _S.UP,
        Step.LOWER: _S.DOWN,
        Step.MOVE_BACK: _S.DOWN,
    },
}
"""What is not here is refused. Nobody comes on stage who was not asked."""

_WORDS: Final = {
    _S.UP: "is up",
    _S.CALLED: "is being asked",
    _S.ON_STAGE: "is on stage",
    _S.UNANSWERED: "did not answer in time",
    _S.DECLINED: "has declined",
    _S.DOWN: "is down",
}


class UnknownHand(Refused):
    code = "unknown_hand"
    status = 404
    message = "There is no such hand in this room."


class NotYourHand(NotAllowed):
    code = "not_your_hand"
    status = 403
    message = "That hand is somebody else's."


class WrongHand(Refused):
    """The table has no such move."""

    code = "wrong_hand"
    status = 409

    def __init__(self, step: Step, state: HandState) -> None:
        super().__init__(f"A hand that {_WORDS[state]} cannot {step.value}.")


class NothingToDraw(Refused):
    code = "nothing_to_draw"
    status = 409
    message = "No hand is up, so there is nothing to draw from."


@dataclass(frozen=True, slots=True)
class Hand:
    """A listener's hand.

    Attributes:
        near: they are asked to hear the stage with low latency, not to speak.
        number: their place in the order of arrival; a hand that goes up again gets a new one.
    """

    hand: str
    name: str
    state: HandState
    number: int
    raised_at: Micros
    near: bool = False


def moved(state: HandState, step: Step) -> HandState:
    """Return what a hand becomes.

    Raises:
        WrongHand: it cannot do that.
    """
    try:
        return MOVES[state][step]
    except KeyError:
        raise WrongHand(step, state) from None


def hand_of(secret: str) -> str:
    """Return the hand that belongs to whoever knows a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()[:16]


def promise(seed: str) -> str:
    """Return what is told of a seed before the draw."""
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn(seed: str, hands: Iterable[str], count: int) -> tuple[str, ...]:
    """Return `count` of the hands in the order in which the seed draws them."""
    return tuple(sorted(hands, key=lambda hand: (_lot(seed, hand), hand))[:count])


def _lot(seed: str, hand: str) -> str:
    return hashlib.sha256(f"{seed} {hand}".encode()).hexdigest()
