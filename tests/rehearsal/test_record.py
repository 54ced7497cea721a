"""A rehearsal as JSON."""

import json
import re
from dataclasses import fields, is_dataclass
from enum import StrEnum
from pathlib import Path

import pytest

from fullhouse.rehearsal.findings import (
    EarFound,
    Findings,
    Second,
    Spread,
    Trouble,
    WorkerFound,
)
from fullhouse.rehearsal.record import plain, record
from fullhouse.rehearsal.saying import Unit
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.verdict import Call, Figure, Kind, Limit
from tests.rehearsal import made

KEYS = {
    "rehearsal", "call", "exit_code", "sentence", "reasons", "limit", "bars", "repeat", "findings",
}  # fmt: skip
DOCUMENT = Path(__file__).parents[2] / "docs" / "rehearsal.md"
NAMED = set(re.findall(r"`([^`\n]+)`", DOCUMENT.read_text()))


@pytest.mark.parametrize("findings", [made.found(), made.lagging(), *made.faulty()])
def test_a_record_is_json_and_says_the_verdict(findings: Findings) -> None:
    """What programs need stands at the top; all that was found stands below it."""
    verdict = judge(findings)
    told = json.loads(json.dumps(record(findings, verdict, "fullhouse rehearse"), allow_nan=False))
    assert told.keys() == KEYS
    assert (told["call"], told["exit_code"]) == (verdict.call.value, verdict.call.exit_code)
    assert [reason["kind"] for reason in told["reasons"]] == [r.kind.value for r in verdict.reasons]
    assert told["findings"].keys() == {field.name for field in fields(Findings)}
    assert len(told["findings"]["timeline"]) == len(findings.timeline)


def test_a_record_tells_causes_from_what_was_noticed() -> None:
    """Programs need not know the list of causes."""
    findings = made.stopped()
    told = record(findings, judge(findings), "")
    assert isinstance(told["reasons"], list)
    causes = [reason["cause"] for reason in told["reasons"] if isinstance(reason, dict)]
    assert causes == [True, False, False, False]


def test_troubles_are_told_by_their_words() -> None:
    """Keys are the words of the documents, not the names in the source."""
    told = plain(made.stopped())
    assert isinstance(told, dict)
    assert told["troubles"] == {"starved": 1_000}


def test_what_has_no_form_in_json_is_refused() -> None:
    """Better than a record that cannot be read."""
    with pytest.raises(TypeError, match="object has no form"):
        plain(object())


@pytest.mark.parametrize("of", [Findings, Second, Spread, WorkerFound, EarFound, Limit, Figure])
def test_the_document_names_every_field(of: type) -> None:
    """docs/rehearsal.md is what programs are written by."""
    assert is_dataclass(of)
    assert {field.name for field in fields(of)} <= NAMED


@pytest.mark.parametrize("words", [Kind, Trouble, Call, Unit])
def test_the_document_names_every_word(words: type[StrEnum]) -> None:
    """None is told that is explained nowhere."""
    assert {word.value for word in words} <= NAMED


def test_the_document_names_what_a_record_holds() -> None:
    """At its top."""
    assert KEYS <= NAMED
