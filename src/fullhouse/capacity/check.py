"""A core: what one check found, and which of all found matters most."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final


class Verdict(StrEnum):
    """What a check comes to."""

    CEILING = "ceiling"
    """It stops the machine at a number of listeners."""
    WARNING = "warning"
    NOT_CHECKED = "not checked"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Check:
    """One check's outcome.

    Attributes:
        name: of what was looked at.
        found: what is there, in plain words; of what was not checked, why not.
        at: listeners at which a ceiling stops this machine; None for all others.
        remedy: lines to type or to write into a file, each whole, or a sentence.
    """

    name: str
    verdict: Verdict
    found: str
    at: int | None = None
    remedy: tuple[str, ...] = ()


def fine(name: str, found: str) -> Check:
    """Return that all is well."""
    return Check(name, Verdict.OK, found)


def ceiling(name: str, at: float, found: str, *remedy: str) -> Check:
    """Return that this stops the machine at so many listeners."""
    return Check(name, Verdict.CEILING, found, max(0, int(at)), remedy)


def warning(name: str, found: str, *remedy: str) -> Check:
    """Return that something is wrong, but stops nobody at a number."""
    return Check(name, Verdict.WARNING, found, remedy=remedy)


def not_checked(name: str, why: str, *remedy: str) -> Check:
    """Return that this could not be looked at."""
    return Check(name, Verdict.NOT_CHECKED, why, remedy=remedy)


_ORDER: Final = (Verdict.CEILING, Verdict.WARNING, Verdict.NOT_CHECKED, Verdict.OK)


def ranked(checks: Iterable[Check]) -> list[Check]:
    """Return the checks, worst first: ceilings from the lowest on, then warnings."""
    return sorted(checks, key=lambda check: (_ORDER.index(check.verdict), check.at or 0))


def stops(check: Check, listeners: int) -> bool:
    """Return whether this check stops so many listeners, or the first one who may come."""
    return check.at is not None and check.at < max(1, listeners)


def as_object(checks: Sequence[Check], listeners: int) -> dict[str, object]:
    """Return the whole diagnosis as one object for programs."""
    order = ranked(checks)
    lowest = next((check for check in order if check.at is not None), None)
    return {
        "listeners": listeners,
        "carried": not any(stops(check, listeners) for check in order),
        "first_ceiling": None if lowest is None else {"name": lowest.name, "at": lowest.at},
        "checks": [
            {**asdict(check), "verdict": check.verdict.value, "stops": stops(check, listeners)}
            for check in order
        ],
    }
