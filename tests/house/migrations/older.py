"""Files as older versions have left them: `rooms.db` of form 1 and 2."""

import sqlite3
from pathlib import Path

_TABLE = """
CREATE TABLE rooms (
    slug VARCHAR(64) NOT NULL, title VARCHAR(200) NOT NULL, epoch BIGINT NOT NULL,
    since BIGINT NOT NULL, by_voice BOOLEAN NOT NULL, starts BIGINT, state VARCHAR(20) NOT NULL,
    reason VARCHAR(200) NOT NULL, session BIGINT NOT NULL, revision BIGINT NOT NULL,
    armed BOOLEAN NOT NULL, wanted BOOLEAN NOT NULL, muted JSON NOT NULL, {gains}
    listed BOOLEAN NOT NULL, host_generation BIGINT NOT NULL, whip_generation BIGINT NOT NULL,
    source_generation BIGINT NOT NULL, PRIMARY KEY (slug)
)
"""
_ROOM = """
INSERT INTO rooms (slug, title, epoch, since, by_voice, starts, state, reason, session, revision,
    armed, wanted, muted, {gains} listed, host_generation, whip_generation, source_generation)
VALUES (?, 'An evening', 1800000000000000, 1800000000000001, 0, 1800000600000000, 'live',
    'It is live.', 2, 41, 0, 1, '["seat-1", "seat-2"]', {gain} ?, 3, 4, 5)
"""


def file_of_form(form: int, folder: Path) -> Path:
    """Write a file with two rooms: `evening` is listed, `quiet` is not."""
    path = folder / "rooms.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        has_gains = form > 1
        connection.execute(_TABLE.format(gains="gains JSON NOT NULL," if has_gains else ""))
        statement = _ROOM.format(
            gains="gains," if has_gains else "", gain="'{\"seat-1\": -3.5}'," if has_gains else ""
        )
        connection.executemany(statement, [("evening", True), ("quiet", False)])
        connection.execute(f"PRAGMA user_version = {form}")
    connection.close()
    return path
