"""Which requests must come from our own pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.house.origin import (
    SAFE,
    Asked,
    WrongOrigin,
    must_be_ours,
    must_not_be_anothers,
    passkey_site,
)

HOUSE = "https://house.example"


@pytest.mark.parametrize(
    "asked",
    [
        Asked("POST", cookie=True, origin=HOUSE),
        Asked("POST", cookie=True, origin=HOUSE, site="same-origin", host="10.0.0.2:8001"),
        Asked("DELETE", cookie=True, site="same-origin"),
        Asked("PATCH", cookie=True, origin="http://box:8001", host="box:8001"),
        Asked("GET", cookie=True, origin="https://evil.example", site="cross-site"),
        Asked("POST", origin="https://evil.example", site="cross-site"),
        Asked("POST", cookie=True, keyed=True),
    ],
)
def test_our_own_pages_pass_and_what_needs_no_page(asked: Asked) -> None:
    must_be_ours(asked, HOUSE)


@pytest.mark.parametrize(
    "asked",
    [
        Asked("POST", cookie=True),
        Asked("POST", cookie=True, origin="null"),
        Asked("POST", cookie=True, origin="https://evil.example"),
        Asked("POST", cookie=True, origin="https://house.example.evil.example"),
        Asked("POST", cookie=True, origin="http://house.example"),
        Asked("POST", cookie=True, origin="https://house.example:8443"),
        Asked("PUT", cookie=True, origin=HOUSE, site="cross-site"),
        Asked("DELETE", cookie=True, site="same-site"),
        Asked("POST", cookie=True, site="none"),
        Asked("POST", cookie=True, origin="://", host=""),
        Asked("POST", cookie=True, origin="http://", host=""),
        Asked("POST", cookie=True, origin="file://box", host="box"),
    ],
)
def test_other_pages_do_not_pass_with_our_cookie(asked: Asked) -> None:
    with pytest.raises(WrongOrigin):
        must_be_ours(asked, HOUSE)


@given(st.text(), st.text(), st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "TRACE"]))
def test_whatever_a_page_elsewhere_is_called_it_does_not_pass(
    origin: str, host: str, method: str
) -> None:
    """Its origin can be any, and names neither our public address nor the host it asks."""
    if origin == HOUSE or origin.endswith(f"://{host}") or method in SAFE:
        return
    with pytest.raises(WrongOrigin):
        must_be_ours(Asked(method, host=host, origin=origin, cookie=True), HOUSE)


def test_signing_in_is_for_our_pages_and_for_programs() -> None:
    must_not_be_anothers(Asked("POST"), HOUSE)
    must_not_be_anothers(Asked("POST", origin=HOUSE, site="same-origin"), HOUSE)
    for asked in (Asked("POST", origin="https://evil.example"), Asked("POST", site="cross-site")):
        with pytest.raises(WrongOrigin):
            must_not_be_anothers(asked, HOUSE)


@pytest.mark.parametrize(
    ("house", "name", "origin"),
    [
        ("https://house.example", "house.example", "https://house.example"),
        ("https://house.example:8443", "house.example", "https://house.example:8443"),
        ("http://127.0.0.1:8001", "localhost", "http://localhost:8001"),
        ("http://localhost:8001", "localhost", "http://localhost:8001"),
        ("http://[::1]:8001", "localhost", "http://localhost:8001"),
        ("http://localhost", "localhost", "http://localhost"),
    ],
)
def test_passkeys_are_for_a_name_by_https_or_for_this_machine(
    house: str, name: str, origin: str
) -> None:
    site = passkey_site(house)
    assert site is not None
    assert (site.name, site.origin) == (name, origin)


@pytest.mark.parametrize(
    "house",
    ["http://house.example", "https://192.0.2.1", "https://[2001:db8::1]:8001", "http://10.0.0.1"],
)
def test_where_browsers_offer_no_passkeys_neither_do_we(house: str) -> None:
    assert passkey_site(house) is None
