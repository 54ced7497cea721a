"""The network that an address is in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.networks import network_behind, network_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2ff::9", "2001:db8:1:200::/56"),
        ("[2001:db8:1:2ff::9]", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("nowhere", ""),
        ("", ""),
    ],
)
def test_an_address_is_in_a_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_neighbours_are_counted_together_and_strangers_apart() -> None:
    """Those that a socket for both families names as IPv6, too."""
    assert network_of("192.0.2.7") == network_of("192.0.2.200") != network_of("192.0.3.7")
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:1") != network_of("2001:db9::1")
    assert network_of("::ffff:192.0.2.7") != network_of("::ffff:198.51.100.7")


@given(st.text(max_size=60) | st.ip_addresses().map(str))
def test_anything_has_a_network_or_none(text: str) -> None:
    assert network_of(text) == "" or "/" in network_of(text)


@given(st.ip_addresses().map(str))
def test_edge_and_house_name_a_network_alike(address: str) -> None:
    """What a host bans by the house's name is what an edge says of a hand."""
    assert (
        network_behind(address, "") == network_behind("127.0.0.1", address) == network_of(address)
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "network"),
    [
        ("8.8.8.8", "1.1.1.1", "8.8.8.0/24"),  # a stranger's word for somebody else is no word
        ("127.0.0.1", "1.1.1.1", "1.1.1.0/24"),
        ("10.0.0.5", "2001:db8:1:2:3::4", "2001:db8:1::/56"),
        ("127.0.0.1", "nonsense", "127.0.0.0/24"),
        ("", "1.1.1.1", ""),
    ],
)
def test_only_a_proxy_of_ones_own_is_believed(peer: str, forwarded: str, network: str) -> None:
    assert network_behind(peer, forwarded) == network
