"""A core: a rehearsal as one JSON object, for programs. docs/rehearsal.md describes it."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from typing import Final

from fullhouse.rehearsal.findings import Findings
from fullhouse.rehearsal.verdict import CAUSES, Reason, Verdict

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

FORM: Final = 1
"""Counts up when a field changes its meaning; fields may be added at any time."""


def record(findings: Findings, verdict: Verdict, repeat: str) -> dict[str, Json]:
    """Return all of a rehearsal.

    Args:
        repeat: the command that does the same again, without secrets.
    """
    return {
        "rehearsal": FORM,
        "call": verdict.call.value,
        "exit_code": verdict.call.exit_code,
        "sentence": verdict.sentence,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "limit": plain(verdict.limit),
        "bars": plain(verdict.bars),
        "repeat": repeat,
        "findings": plain(findings),
    }


def _reason(reason: Reason) -> Json:
    return {
        "kind": reason.kind.value,
        "cause": reason.kind in CAUSES,
        "sentence": reason.sentence,
        "advice": reason.advice,
        "figures": [plain(figure) for figure in reason.figures],
    }


def plain(value: object) -> Json:
    """Return a value with nothing in it but what JSON knows.

    Raises:
        TypeError: something in it has no form in JSON.
    """
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted((plain(item) for item in value), key=str)
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no form in JSON")
