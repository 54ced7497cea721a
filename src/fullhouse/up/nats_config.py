"""A core: the bundled nats-server's configuration, and what counts as new enough a server.

Source: docs/decisions/0002-bus.md.
"""

import re
from typing import Final

USER: Final = "fullhouse"
OLDEST: Final = (2, 12, 3)
"""Before it, what JetStream had acknowledged could be lost."""

_VERSION: Final = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def version_of(said: str) -> tuple[int, int, int] | None:
    """Return the version in what `nats-server --version` said, or None if there is none."""
    found = _VERSION.search(said)
    if found is None:
        return None
    major, minor, patch = map(int, found.groups())
    return major, minor, patch


def config(*, port: int, password: str, store: str, log: str) -> str:
    """Return the text of the configuration file; it holds the password.

    Args:
        port: on loopback; nobody else's.
        store: folder for what must survive.
        log: file for the server's own lines.
    """
    return f"""\
server_name: fullhouse
listen: "127.0.0.1:{port}"
authorization {{ user: {_quoted(USER)}, password: {_quoted(password)} }}
max_payload: 1MB
jetstream {{
  store_dir: {_quoted(store)}
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: 1GB
}}
log_file: {_quoted(log)}
logfile_size_limit: 10MB
logfile_max_num: 3
"""


def _quoted(text: str) -> str:
    """Return `text` as a string of the configuration's language."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign, letter in (("\n", "n"), ("\r", "r"), ("\t", "t")):
        escaped = escaped.replace(sign, f"\\{letter}")
    return f'"{escaped}"'
