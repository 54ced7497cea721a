"""A shell: the server's key, from which all secrets of all rooms are derived."""

import os
import secrets
from pathlib import Path

from fullhouse.errors import Refused
from fullhouse.house.tokens import KEY_BYTES


def server_key(path: Path) -> bytes:
    """Return the key in `path`; make one, for our eyes only, where there is none.

    Raises:
        Refused: the file cannot be read or made, or does not hold a key.
    """
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise Refused(f"The key {path} cannot be used: {error.strerror}.", code="no_key") from error
    if len(key) != KEY_BYTES:
        raise Refused(
            f"{path} does not hold a key. Without the old one all links of all rooms change: "
            "bring it back from a copy, or delete the file.",
            code="no_key",
        )
    return key


def _make(path: Path) -> None:
    """Write a new key whole or not at all: a crash between leaves no half a key."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(handle, secrets.token_bytes(KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
