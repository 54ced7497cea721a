"""A verdict in a few lines."""

import pytest

from fullhouse.rehearsal.findings import Findings
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.summary import summary
from tests.rehearsal import made


@pytest.mark.parametrize("findings", [made.found(), made.lagging(), *made.faulty()])
def test_the_word_is_the_first_thing_that_is_read(findings: Findings) -> None:
    """Then why; and nothing is said twice."""
    verdict = judge(findings)
    lines = list(summary(verdict))
    assert lines[0] == f"{verdict.call.value}: {verdict.sentence}"
    assert len(lines) == len(set(lines))
    for reason in verdict.reasons:
        assert sum(reason.sentence in line for line in lines) == 1
        assert any(reason.advice in line for line in lines)


def test_what_broke_is_told_with_how_many() -> None:
    """Measured or extrapolated: it says which."""
    told = list(summary(judge(made.file_limit(900))))[1]
    assert told.startswith("First thing that broke: 900 listeners (measured). The files")
    guessed = list(summary(judge(made.growing(0.005))))[1:3]
    assert guessed[0].startswith("First thing that would break: about 4,5")
    assert "(extrapolated, not measured)" in guessed[0]
    assert guessed[1].startswith("  Assumed: first sound goes on growing")


def test_a_limit_that_is_not_known_has_no_number() -> None:
    """Nothing is invented."""
    assert list(summary(judge(made.found())))[1].startswith(
        "First thing that would break: Not found: up to 2,000 listeners nothing broke"
    )
