"""A shell: a secret that `up` makes once and keeps in the data folder, over all restarts."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from fullhouse.errors import Refused


def kept_token(path: Path) -> str:
    """Return the token in `path`; make one, for our eyes only, where there is none.

    Raises:
        OSError: the file cannot be read or written.
        Refused: it holds no token.
    """
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(handle, "w") as file:
            file.write(secrets.token_urlsafe(24))
    token = path.read_text("latin-1").strip()
    if not token:
        raise Refused(f"{path} holds no token. Delete it, and a new one is made.", code="no_token")
    return token
