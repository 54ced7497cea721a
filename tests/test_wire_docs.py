"""docs/wire.md says what wire.py says: each subject and each field stands in both."""

import inspect
import re
from pathlib import Path

import pytest

from fullhouse import media, wire
from fullhouse.programme.events import SCHEME
from fullhouse.units import Micros, PartNumber, RoomSlug

PAGE = (Path(__file__).parents[1] / "docs" / "wire.md").read_text()
MESSAGES = [
    kind
    for _, kind in inspect.getmembers(wire, inspect.isclass)
    if issubclass(kind, wire.Message) and kind is not wire.Message
]


def section(title: str) -> str:
    """Return what stands under a heading, up to the next of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/wire.md has no section {title}"
    return found[1]


def first_column(title: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", section(title), re.MULTILINE)


def subjects_in_code() -> set[str]:
    """Return every subject that wire.py can build, with the names of its arguments in braces."""
    fixed = {value for name, value in vars(wire).items() if name.startswith("SUBJECT_")}
    built = set()
    for name, build in inspect.getmembers(wire, inspect.isfunction):
        if name.startswith("subject_"):
            arguments = inspect.signature(build).parameters
            built.add(build(**{each: RoomSlug(f"{{{each}}}") for each in arguments}))
    return fixed | built


def test_each_subject_is_on_the_page_and_each_on_the_page_is_real() -> None:
    on_page = first_column("Subjects")
    assert len(on_page) == len(set(on_page))
    assert set(on_page) == subjects_in_code()


@pytest.mark.parametrize("message", MESSAGES, ids=lambda kind: str(kind.__name__))
def test_each_field_is_on_the_page_and_each_on_the_page_is_real(
    message: type[wire.Message],
) -> None:
    assert first_column(message.__name__) == list(message.model_fields)


def test_no_message_is_on_the_page_that_is_not_in_the_code() -> None:
    headings = re.findall(r"^#### ([A-Z]\w+)$", PAGE, re.MULTILINE)
    assert sorted(headings) == sorted(kind.__name__ for kind in MESSAGES)


def test_the_states_are_on_the_page() -> None:
    row = next(line for line in section("RoomNews").splitlines() if "`state`" in line)
    assert re.findall(r"`(\w+)`", row)[1:] == [state.value for state in wire.RoomState]


def test_the_fixed_words_are_on_the_page() -> None:
    """What is neither a subject nor a field: the bucket, the part's mark, the events' scheme."""
    assert f"`{wire.ROOMS_BUCKET}`" in section("The bucket")
    assert f"`{wire.HOLDS_BUCKET}`" in section("The bucket")
    assert f"`{media.pack_part(media.Part(Micros(0), PartNumber(0), {}))[:4].decode()}`" in (
        section("A part")
    )
    assert f"`{SCHEME}`" in section("Events in the sound")


def test_every_link_on_the_page_leads_to_a_heading() -> None:
    headings = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", text.lower()).replace(" ", "-") for text in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= anchors
