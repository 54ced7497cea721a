"""A core: hands on their way from listeners' pages to the house, in batches.

A listener is answered once the house has their hand on disk. What comes while a batch is on its
way goes with the next one. Whoever raises the same hand again is counted once.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from fullhouse.errors import Malformed, NotReady, Refused
from fullhouse.rate import Limit
from fullhouse.units import SECOND, Micros, RoomSlug
from fullhouse.wire import HandsTaken, RaisedHand

BATCH: Final = 500
"""Hands in one message. The house writes them in one turn, and a host's command waits for that."""
MOST: Final = 10_000
"""Hands that wait; whoever comes then is asked to come again."""
MOST_ANSWERS: Final = 4
"""Requests that wait for the answer about one hand."""
NAME_SIGNS: Final = 60


class HandsClosed(Refused):
    code = "hands_closed"
    status = 409
    message = "No hands are taken at the moment."


class Barred(Refused):
    code = "barred"
    status = 403
    message = "The host takes no hand of yours."


class TooManyHands(NotReady):
    code = "too_many_hands"
    message = "Very many hands are going up. Please try again in a few seconds."


class HandNotTaken(NotReady):
    code = "hand_not_taken"
    message = "Your hand could not be noted yet. Please try again in a few seconds."


class TooOften(Refused):
    code = "too_often"
    status = 429
    message = "Please wait a little before you raise your hand again."


Outcome = int | Refused
"""How many hands stood before this one (-1: not known), or why it was not taken."""
Answer = Callable[[Outcome], None]


class Waiting:
    """One request that waits for its answer."""

    __slots__ = ("answer",)

    def __init__(self, answer: Answer) -> None:
        self.answer: Answer | None = answer

    def forget(self) -> None:
        """Its caller has gone; the hand stays up."""
        self.answer = None

    def tell(self, outcome: Outcome) -> None:
        """Answer, if somebody still waits."""
        if self.answer is not None:
            self.answer(outcome)


@dataclass(slots=True)
class Held:
    """One hand, and who waits to hear that it was taken."""

    hand: RaisedHand
    waiting: list[Waiting] = field(default_factory=list)


class Hands:
    """The hands of one edge worker. Knows no clock: the caller brings the time."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[tuple[RoomSlug, str], Held] = {}
        self._by_hand = Limit(Micros(2 * SECOND), 5)
        # Many may sit behind one address; a machine alone does not fill a queue in a moment.
        self._by_prefix = Limit(Micros(SECOND // 20), 400)

    def __len__(self) -> int:
        return len(self._held)

    def put(self, hand: RaisedHand, answer: Answer, now: Micros) -> Waiting:
        """Let a hand wait for the next batch, in place of what it said before.

        Raises:
            TooOften: it, or its network, has asked too often.
            TooManyHands: no more can wait.
        """
        wait = self._by_hand.ask(hand.slug + hand.hand, now=now)
        wait = wait or self._by_prefix.ask(hand.prefix, now=now)
        if wait:
            raise TooOften(retry_after=1 + wait // SECOND)
        key = (hand.slug, hand.hand)
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= self._most:
                raise TooManyHands(retry_after=5)
            held = self._held[key] = Held(hand)
        elif len(held.waiting) >= MOST_ANSWERS:
            raise TooOften(retry_after=2)
        held.hand = hand
        waiting = Waiting(answer)
        held.waiting.append(waiting)
        return waiting

    def take(self) -> list[Held]:
        """Return, and keep no more, the hands of one batch, those that came first."""
        keys = list(self._held)[:BATCH]
        return [self._held.pop(key) for key in keys]


def outcomes(batch: Sequence[Held], taken: HandsTaken | None) -> list[tuple[Waiting, Outcome]]:
    """Return what each waiting request is told.

    Args:
        taken: the house's answer; None: there was none.
    """
    if taken is None or len(taken.verdicts) != len(batch):
        return [(one, HandNotTaken(retry_after=2)) for held in batch for one in held.waiting]
    places = (*taken.places, *[-1] * len(batch))
    return [
        (one, _outcome(verdict, place))
        for held, verdict, place in zip(batch, taken.verdicts, places, strict=False)
        for one in held.waiting
    ]


def _outcome(verdict: str, place: int) -> Outcome:
    match verdict:
        case "taken":
            return place
        case "hands_closed":
            return HandsClosed()
        case "barred":
            return Barred()
        case "too_many_hands":
            return TooManyHands(retry_after=30)
        case _:
            return HandNotTaken(retry_after=5)


def read_hand(slug: RoomSlug, body: bytes) -> RaisedHand:
    """Return the hand that a request's body holds: `hand`, `name` and `up`.

    Raises:
        Malformed: it holds none.
    """
    try:
        said = json.loads(body)
        if not isinstance(said, dict) or not isinstance(name := said.get("name", ""), str):
            raise Malformed("A hand is one JSON object with hand, name and up.")
        up = said.get("up", True)
        if not isinstance(up, bool):
            raise Malformed("up is true or false.")
        hand = {"slug": slug, "hand": said.get("hand"), "name": name[:NAME_SIGNS], "up": up}
        return RaisedHand.model_validate(hand)
    except (ValueError, RecursionError, ValidationError) as error:
        raise Malformed("A hand is one JSON object with hand, name and up.") from error
