"""A refusal says to programs, to people and in HTTP the same thing."""

import pytest

from fullhouse import errors
from fullhouse.errors import NotReady, Refused, UnknownRoom

KINDS: list[type[Refused]] = [
    Refused,
    *(kind for kind in Refused.__subclasses__() if kind.__module__ == errors.__name__),
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_has_a_code_a_sentence_and_a_status(kind: type[Refused]) -> None:
    refused = kind()
    assert refused.code.replace("_", "").isalpha()
    assert refused.message.endswith(".")
    assert 400 <= refused.status < 600
    assert str(refused) == refused.message
    assert refused.retry_after is None


def test_codes_of_the_vocabulary_are_told_apart() -> None:
    assert len({kind().code for kind in KINDS}) == len(KINDS)


def test_one_refusal_can_say_more_than_its_kind() -> None:
    refused = NotReady("The stage starts.", code="stage_starts", status=504, retry_after=2)
    assert (refused.message, refused.code, refused.status, refused.retry_after) == (
        *("The stage starts.", "stage_starts", 504, 2),
    )
    assert (NotReady().code, NotReady().status) == ("not_ready", 503)


def test_refusals_are_caught_by_kind() -> None:
    with pytest.raises(Refused):
        raise UnknownRoom()
