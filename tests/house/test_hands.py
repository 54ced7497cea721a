"""What may become of a hand, and that draws are fair and can be repeated."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.hands import (
    MOVES,
    HandState,
    Step,
    WrongHand,
    drawn,
    hand_of,
    moved,
    promise,
)

HANDS = tuple(f"{number:016x}" for number in range(20))


def test_the_table_knows_every_state() -> None:
    assert set(MOVES) == set(HandState)


@pytest.mark.parametrize("state", HandState)
@pytest.mark.parametrize("step", Step)
def test_a_gap_in_the_table_is_a_refusal_that_names_both(state: HandState, step: Step) -> None:
    if step in MOVES[state]:
        assert moved(state, step) is MOVES[state][step]
        return
    with pytest.raises(WrongHand) as refused:
        moved(state, step)
    assert step.value in refused.value.message


@given(st.lists(st.sampled_from(Step), max_size=30))
def test_nobody_comes_on_stage_who_was_not_asked(steps: list[Step]) -> None:
    state, called = HandState.UP, False
    for step in steps:
        try:
            after = moved(state, step)
        except WrongHand:
            continue
        called = called or after is HandState.CALLED
        if after is HandState.ON_STAGE and state is not HandState.ON_STAGE:
            assert state is HandState.CALLED
            assert step is Step.ACCEPT
        state = after
    assert called or state is not HandState.ON_STAGE


def test_a_hand_is_made_of_its_secret() -> None:
    assert hand_of("secret") == hashlib.sha256(b"secret").hexdigest()[:16]


@given(st.text("0123456789abcdef", min_size=1, max_size=32), st.permutations(HANDS))
def test_a_draw_depends_on_the_seed_alone(seed: str, hands: list[str]) -> None:
    """Neither the order of arrival nor a list's order matters, and nobody is drawn twice."""
    assert drawn(seed, hands, 7) == drawn(seed, HANDS, 20)[:7]
    assert len(set(drawn(seed, hands, 20))) == 20


def test_a_draw_is_repeated_with_nothing_but_sha256() -> None:
    """As docs/operations.md tells everybody to do it."""
    seed = "5eed"
    lots = sorted((hashlib.sha256(f"{seed} {hand}".encode()).hexdigest(), hand) for hand in HANDS)
    assert drawn(seed, HANDS, 3) == tuple(hand for _, hand in lots[:3])
    assert promise(seed) == hashlib.sha256(seed.encode()).hexdigest()


def test_every_hand_has_the_same_chance_in_every_place() -> None:
    """Chi-square over who is drawn, and who is drawn first: 4,000 draws of 5 out of 20.

    The bound for 19 degrees of freedom is passed by one fair lottery in 10,000 (χ² = 50.8);
    the seeds are fixed, so that this test never is that one.
    """
    draws = [drawn(f"{number:08x}", HANDS, 5) for number in range(4_000)]
    for places in (slice(0, 5), slice(0, 1), slice(4, 5)):
        counts = dict.fromkeys(HANDS, 0)
        for one in draws:
            for hand in one[places]:
                counts[hand] += 1
        expected = sum(counts.values()) / len(HANDS)
        chi_square = sum((count - expected) ** 2 / expected for count in counts.values())
        assert chi_square < 50.8


def test_the_manual_tells_how_to_repeat_a_draw() -> None:
    """Its program finds a draw as it was promised, and every other not."""
    manual = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    told = manual.partition("## Draws that anybody can repeat")[2]
    program = told.partition("```python\n")[2].partition("```")[0]

    def run(seed: str, kept: str, names: tuple[str, ...]) -> bool:
        draw = {"seed": seed, "promise": kept, "hands": HANDS, "drawn": names}
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps({"draws": [draw]}),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0 and done.stdout.startswith("as promised: ")

    fair = drawn("5eed", HANDS, 3)
    assert run("5eed", promise("5eed"), fair)
    assert not run("5eed", promise("other"), fair)
    assert not run("5eed", promise("5eed"), HANDS[:3])
