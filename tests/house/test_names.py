"""What rooms and people may be called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.names import MOST_OF_A_NAME, name_in_header, plain


@given(st.text())
def test_a_name_is_one_visible_line_of_bounded_length(text: str) -> None:
    name = plain(text, 20)
    assert len(name) <= 20
    assert name == name.strip()
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(name) & set("\u202e\u2066\u200b\ufeff")


@given(st.text())
def test_a_name_that_is_plain_stays_as_it_is(text: str) -> None:
    assert plain(plain(text, 500), 500) == plain(text, 500)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Ana \n\t Lima ", "Ana Lima"),
        ("Jose\u0301", "José"),
        ("ab\u202egnp.exe", "abgnp.exe"),
        ("\u200b\u200d\u2060", ""),
        ("\x1b[31mred", "[31mred"),
        ("👩\u200d🚀 Zoë", "👩\u200d🚀 Zoë"),
        ("line\u2028two", "line two"),
    ],
)
def test_tricks_are_taken_out_of_names(text: str, name: str) -> None:
    assert plain(text, 40) == name


@given(st.text(st.characters(codec="latin-1")))
def test_any_header_gives_a_name(value: str) -> None:
    assert len(name_in_header(value)) <= MOST_OF_A_NAME


def test_a_header_brings_all_of_unicode() -> None:
    assert name_in_header("Zo%C3%AB%20%F0%9F%8E%99") == "Zoë 🎙"
    assert name_in_header("half %C3") == "half �"
