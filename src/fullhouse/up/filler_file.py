"""A shell: the filler on disk, made once for all edge workers of a machine.

Making it takes a second or two of a core. It is built into the package; where that is of another
version or not to be had, whoever comes first makes it and the others wait.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

import fullhouse
from fullhouse.errors import Malformed
from fullhouse.programme.filler import Filler

PACKAGE: Final = Path(fullhouse.__file__).parent

log = structlog.get_logger()


def kept_filler(data: Path, package: Path = PACKAGE) -> Filler:
    """Return the filler of the package or, where none there fits, the data folder's.

    Where neither has one, it is made and kept in the data folder.

    A folder that cannot be written costs time at each start, nothing else.
    """
    name = f"filler-{_fingerprint()}.bin"
    file = data / name
    for kept in (package / name, file):
        with suppress(OSError, Malformed):
            return Filler.unpack(kept.read_bytes())
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = os.open(data / "filler.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        log.warning("filler not kept", why=str(error))
        return _make()
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(OSError, Malformed):
            return Filler.unpack(file.read_bytes())
        filler = _make()
        _keep(filler, file)
        return filler
    finally:
        os.close(lock)


def build_in(package: Path) -> None:
    """Make the filler into a package, so that nobody who starts needs to."""
    file = package / f"filler-{_fingerprint()}.bin"
    if not file.exists():
        _keep(_make(), file)


def _make() -> Filler:
    from fullhouse.programme.encoder import make_filler

    return make_filler()


def _keep(filler: Filler, file: Path) -> None:
    fresh = file.with_suffix(".new")
    try:
        for outdated in file.parent.glob("filler-*.bin"):
            outdated.unlink()
        fresh.write_bytes(filler.pack())
        fresh.rename(file)
    except OSError as error:
        log.warning("filler not kept", why=str(error))


def _fingerprint() -> str:
    """Return what changes when the music, the encoders or the file's form change."""
    names = ("hold", "encoder", "opus", "filler")
    files = (PACKAGE / "media.py", *(PACKAGE / "programme" / f"{name}.py" for name in names))
    texts = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(texts).hexdigest()[:12]
