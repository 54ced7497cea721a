"""Whatever a page can be refused, it can say in every language that it speaks."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import fullhouse.edge
import fullhouse.house
from fullhouse.errors import Refused

ROOT = Path(__file__).parents[1]
WORDS = ROOT / "web" / "words"
LANGUAGES = sorted(path.name for path in WORDS.iterdir() if path.is_dir())

SPOKEN_WITH = ("house", "edge", "stage.seats", "stage.ice", "programme.hold_maker")
"""Whose refusals reach a page. What a stage refuses, the house hands on."""

FOR_PROGRAMS = {
    "HTTP itself": """bad_directive body_not_expected head_too_large head_too_slow length_required
        method_not_allowed no_such_file no_such_page target_too_long too_far_ahead too_slow
        waited_too_long wrong_type""",
    "WebRTC": """bad_seat condition_failed condition_missing malformed_sdp no_ice_restart
        sdp_too_long unknown_session unsuitable_offer""",
    "operators": """bad_url newer_store no_data no_key no_port no_store not_built other_key
        port_taken""",
    "what one process says to another": "malformed_hold malformed_part malformed_recall",
}
"""Codes that no page shows: ours do not do what leads to them."""


def codes() -> dict[str, str]:
    """Return every code that may reach a page, and where it is."""
    for package in (fullhouse.house, fullhouse.edge):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "migrations" not in found.name:
                importlib.import_module(found.name)
    for name in SPOKEN_WITH:
        importlib.import_module(f"fullhouse.{name}")
    ours = tuple(f"fullhouse.{name}." for name in (*SPOKEN_WITH, "errors"))
    known = {
        kind.code: kind.__module__
        for kind in kinds(Refused)
        if f"{kind.__module__}.".startswith(ours)
    }
    return known | dict(said_in_passing())


def kinds(parent: type[Refused]) -> Iterator[type[Refused]]:
    for kind in parent.__subclasses__():
        yield kind
        yield from kinds(kind)


def said_in_passing() -> Iterator[tuple[str, str]]:
    """Return the codes that are given where something is refused: `Refused(…, code="bug")`."""
    for folder in ("house", "edge"):
        for path in (ROOT / "src" / "fullhouse" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.keyword(arg="code", value=ast.Constant(value=str() as code)):
                        yield code, path.stem


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_that_a_page_can_show_has_words(language: str) -> None:
    text = (WORDS / language / "refusals.ts").read_text()
    said = set(re.findall(r"^  (\w+):", text, re.MULTILINE))
    silent = {code for some in FOR_PROGRAMS.values() for code in some.split()}
    lacking = {code: where for code, where in codes().items() if code not in said | silent}
    assert not lacking, f"web/words/{language}/refusals.ts has no words for {lacking}"
    assert not said & silent
