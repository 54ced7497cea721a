"""A core: under which address people reach what listens on a host and a port."""

from ipaddress import ip_address
from typing import Final

DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def listens_everywhere(host: str) -> bool:
    """Return whether `host` stands for every address of the machine."""
    return ip_address(host).is_unspecified


def address(public: str, host: str, port: int) -> str:
    """Return `public`, or else `http://host:port` with what is needless left out; no slash."""
    if public:
        return public.rstrip("/")
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}" if port == DEFAULT_PORTS["http"] else f"http://{name}:{port}"
