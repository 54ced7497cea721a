"""Only who knows the token can prove it, and only for the name that was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.proof import host_name, is_nonce, proof, proves

NONCE = "0123456789abcdef" * 2


def test_the_proof_is_a_keyed_hash() -> None:
    """Another program in another language can answer, too."""
    told = proof("north", NONCE, "radio.example")
    assert told == "9e895eadb10cbe3a6cf0cb650a2dabffab75c03a7d4616a80e725d3c9e0bc279"
    assert proves(told, "north", NONCE, "radio.example")


@given(st.text(max_size=80))
def test_nothing_else_proves(told: str) -> None:
    assert not proves(told, "north", NONCE, "radio.example")


def test_a_proof_holds_for_one_number_one_name_and_one_token() -> None:
    told = proof("north", NONCE, "radio.example")
    assert not proves(told, "south", NONCE, "radio.example")
    assert not proves(told, "north", NONCE[::-1], "radio.example")
    assert not proves(told, "north", NONCE, "radio2.example")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("Radio.Example:8000", "radio.example"),
        ("127.0.0.1", "127.0.0.1"),
        ("[2001:DB8::1]:80", "2001:db8::1"),
        ("", ""),
    ],
)
def test_a_name_is_written_in_one_way(field: str, name: str) -> None:
    assert host_name(field) == name


@pytest.mark.parametrize("text", ["", NONCE[:31], NONCE + "0", NONCE.upper(), NONCE[:31] + "\n"])
def test_what_is_no_number_used_once(text: str) -> None:
    assert is_nonce(NONCE)
    assert not is_nonce(text)
