"""A core: the network that an address is in, by which strangers are counted, limited and banned.

A network is as much as one household or office has: a /24 of IPv4, a /56 of IPv6. House and edges
name it alike, so that a ban of one is kept by the others.

Source: RFC 7239 for `Forwarded`; `X-Forwarded-For` by custom: the nearest is the last.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final

_V4: Final = 24
_V6: Final = 56
NOBODY: Final = "none"
"""Said in the place of proxies: there are none."""
MOST_OF_A_WAY: Final = 500
"""Letters that are read of what proxies say: the nearest of a long way."""
MOST_HOPS: Final = 20

_ELEMENT: Final = re.compile(r'(?:[^",]|"[^"]*")+')
_FOR: Final = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^";]*)', re.IGNORECASE)
_WITH_PORT: Final = re.compile(r"(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]*)\])(?::\w+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies in front of us: whose word is taken for whom they ask.

    Attributes:
        networks: where they are; None: wherever is near, on this machine or in a network that is
            nobody's but ours, and then only the nearest one is asked.
    """

    networks: tuple[IPv4Network | IPv6Network, ...] | None = None

    def has(self, address: IPv4Address | IPv6Address) -> bool:
        """Tell whether one of them is there."""
        if self.networks is None:
            return address.is_loopback or address.is_private
        return any(address in network for network in self.networks)


NEAR: Final = Proxies()


def proxies_of(text: str) -> Proxies:
    """Return the proxies that are said with commas between: addresses or networks; empty: near.

    Raises:
        ValueError: something is neither, or everybody would be one.
    """
    if not text.strip():
        return NEAR
    if text.strip() == NOBODY:
        return Proxies(())
    networks = tuple(ip_network(one.strip()) for one in text.split(","))
    if any(network.prefixlen == 0 for network in networks):
        raise ValueError("not everybody is a proxy: name the networks that yours are in")
    return Proxies(networks)


def network_of(address: str) -> str:
    """Return the network of an address, such as `192.0.2.0/24`; empty for what is no address."""
    return _named(_read(address))


def network_behind(peer: str, way: str, proxies: Proxies = NEAR) -> str:
    """Return the network that somebody comes from, perhaps by way of proxies.

    Args:
        peer: the address of the connection.
        way: for whom proxies say that they ask, as `way_of` returns it.
    """
    return _named(_behind(peer, way, proxies))


def address_behind(peer: str, way: str, proxies: Proxies = NEAR) -> str:
    """Return the address that somebody comes from. Arguments as `network_behind`."""
    found = _behind(peer, way, proxies)
    return peer if found is None else str(found)


def way_of(forwarded_for: Sequence[str], forwarded: Sequence[str]) -> str:
    """Return a request's way: addresses with commas between, the nearest one last.

    `Forwarded` is only read where there is no `X-Forwarded-For`: a proxy that sets this one lets
    the other through as a stranger has written it.

    Args:
        forwarded_for: all `X-Forwarded-For` of the request, in order.
        forwarded: all `Forwarded`.
    """
    if forwarded_for:
        return ",".join(forwarded_for)[-MOST_OF_A_WAY:]
    said = ",".join(forwarded)[-MOST_OF_A_WAY:]
    named = (_FOR.search(element) for element in _ELEMENT.findall(said))
    return ",".join(found[1].strip('" ') if found else "" for found in named)


def _behind(peer: str, way: str, proxies: Proxies) -> IPv4Address | IPv6Address | None:
    """Return the first address on the way back that is no proxy's."""
    address = _read(peer)
    for hop in reversed(way.split(",")[-MOST_HOPS:]):
        if address is None or not proxies.has(address):
            break
        before = _read(_without_port(hop.strip()))
        if before is None:
            break
        address = before
        if proxies.networks is None:
            break
    return address


def _without_port(hop: str) -> str:
    found = _WITH_PORT.fullmatch(hop)
    return (found[1] or found[2]) if found else hop


def _named(address: IPv4Address | IPv6Address | None) -> str:
    if address is None:
        return ""
    bits = _V4 if isinstance(address, IPv4Address) else _V6
    return str(ip_network((address.packed, bits), strict=False))


def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
