"""A core: the network that an address is in, by which strangers are counted, limited and banned.

A network is as much as one household or office has: a /24 of IPv4, a /56 of IPv6. House and edges
name it alike, so that a ban of one is kept by the others.
"""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

_V4: Final = 24
_V6: Final = 56


def network_of(address: str) -> str:
    """Return the network of an address, such as `192.0.2.0/24`; empty for what is no address."""
    return _named(_read(address))


def network_behind(peer: str, forwarded: str) -> str:
    """Return the network that somebody comes from, perhaps by way of a proxy.

    Args:
        peer: the address of the connection.
        forwarded: for whom a proxy says that it asks; believed of one of our own network.
    """
    address = _read(peer)
    if address is not None and (address.is_loopback or address.is_private):
        address = _read(forwarded) or address
    return _named(address)


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
