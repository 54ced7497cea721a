"""The network that an address is in."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fullhouse.networks import (
    MOST_HOPS,
    Proxies,
    address_behind,
    network_behind,
    network_of,
    proxies_of,
    way_of,
)

OURS = proxies_of("10.0.0.0/8, 203.0.113.7, 2001:db8:ff::/48")
IN_FRONT = st.sampled_from(["10.1.2.3", "203.0.113.7", "2001:db8:ff::2", "[2001:db8:ff::3]:80"])


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
        ("127.0.0.1", "9.9.9.9, 10.0.0.5", "10.0.0.0/24"),  # a neighbour's word is none, either
        ("127.0.0.1", "1.1.1.1:4711", "1.1.1.0/24"),
        ("", "1.1.1.1", ""),
    ],
)
def test_only_a_proxy_of_ones_own_is_believed(peer: str, forwarded: str, network: str) -> None:
    assert network_behind(peer, forwarded) == network


@given(st.ip_addresses(), st.lists(IN_FRONT, min_size=1, max_size=MOST_HOPS), st.text(max_size=80))
def test_nobody_chooses_where_they_come_from(
    caller: IPv4Address | IPv6Address, proxies: list[str], written: str
) -> None:
    """Whatever somebody writes of a way before them, the first proxy of ours says who they are."""
    assume(not OURS.has(ip_address(network_address(caller))))
    *later, nearest = proxies
    way = way_of([written, ", ".join([str(caller), *later])], [])
    assert network_behind(nearest.partition("]")[0].strip("["), way, OURS) == network_of(
        str(caller)
    )


def network_address(caller: IPv4Address | IPv6Address) -> str:
    """Return the address that is meant, where IPv6 writes one of IPv4."""
    return address_behind(str(caller), "", Proxies(()))


@given(st.ip_addresses(), st.text(max_size=80) | st.ip_addresses().map(str))
def test_no_public_address_is_believed_unless_it_is_named(
    peer: IPv4Address | IPv6Address, way: str
) -> None:
    """Nor any at all, where there is said to be no proxy."""
    assert network_behind(str(peer), way, proxies_of("none")) == network_of(str(peer))
    if not Proxies().has(ip_address(network_address(peer))):
        assert network_behind(str(peer), way) == network_of(str(peer))


@given(st.lists(st.text(max_size=700), max_size=3), st.lists(st.text(max_size=700), max_size=3))
def test_whatever_is_said_of_a_way_is_read_or_left(one: list[str], other: list[str]) -> None:
    found = network_behind("10.1.2.3", way_of(one, other), OURS)
    assert "/" in found


@pytest.mark.parametrize(
    ("forwarded", "way"),
    [
        ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
        ('for=192.0.2.43, For="[2001:db8:cafe::17]:4711"', "192.0.2.43,[2001:db8:cafe::17]:4711"),
        ('proto=https;for="192.0.2.1:80"', "192.0.2.1:80"),
        ('for="_a,b;c", for=unknown', "_a,b;c,unknown"),
        ("by=1.1.1.1", ""),
    ],
)
def test_the_standards_header_is_read_where_there_is_no_other(forwarded: str, way: str) -> None:
    """A proxy that writes the one lets a stranger's other through."""
    assert way_of([], [forwarded]) == way
    assert way_of(["192.0.2.9"], [forwarded]) == "192.0.2.9"
    assert address_behind("10.0.0.1", way_of([], ["for=192.0.2.60"]), OURS) == "192.0.2.60"


@pytest.mark.parametrize("text", ["0.0.0.0/0", "::/0", "10.0.0.0/8,", "10.0.0.1/8", "near", "*"])
def test_what_names_no_proxy_is_refused(text: str) -> None:
    """Everybody is none: then anybody could say whom they are."""
    with pytest.raises(ValueError, match=r"\S"):
        proxies_of(text)
