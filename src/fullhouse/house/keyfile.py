"""A shell: the server's key, from which all secrets of all rooms are derived.

The database knows it by a mark, so that no house joins the others with a key of its own: the
links that it makes would open nothing there, and theirs nothing here.
"""

import os
import secrets
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from fullhouse.errors import Refused
from fullhouse.house.database import Database
from fullhouse.house.tables import ServerKeyRow
from fullhouse.house.tokens import KEY_BYTES, short_mac

MARK_LENGTH: Final = 26

log = structlog.get_logger()


class OtherKey(Refused):
    """Two houses would not open each other's links."""

    code = "other_key"
    message = (
        "This house's secret.key is not that of the houses which share its database: copy theirs "
        "into the data folder. Where it is lost, docs/operations.md says what to do."
    )


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


def keep_to(database: Database, key: bytes) -> None:
    """See that the database's secrets were made with this key; the first house says with which.

    Raises:
        OtherKey: it is another one. A database that is nobody else's takes the new one over:
            whoever deletes the key there wants new links.
    """
    mark = short_mac(key, "the server's key", MARK_LENGTH)
    known = database.read_now(lambda session: session.scalar(select(ServerKeyRow.mark)))
    if known == mark:
        return

    def note(session: Session) -> str:
        before: str | None = session.scalar(select(ServerKeyRow.mark))
        if before is not None and database.shared:
            return before
        session.execute(delete(ServerKeyRow))
        session.add(ServerKeyRow(mark=mark))
        return mark

    if database.write_now(note) != mark:
        raise OtherKey()
    if known is not None:
        log.warning("another key: all links are new")


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
