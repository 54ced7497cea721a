"""A shell: the filler on disk, made once for all edge workers of a machine.

Making it takes a second or two of a core; whoever comes first makes it and the others wait.
"""

import fcntl
import hashlib
import os
from contextlib import suppress
from pathlib import Path

import structlog

import fullhouse
from fullhouse.errors import Malformed
from fullhouse.programme.filler import Filler

log = structlog.get_logger()


def kept_filler(data: Path) -> Filler:
    """Return the filler kept in the data folder; make and keep it where there is none that fits.

    A folder that cannot be written costs time at each start, nothing else.
    """
    file = data / f"filler-{_fingerprint()}.bin"
    with suppress(OSError, Malformed):
        return Filler.unpack(file.read_bytes())
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
    folder = Path(fullhouse.__file__).parent
    names = ("hold", "encoder", "opus", "filler")
    files = (folder / "media.py", *(folder / "programme" / f"{name}.py" for name in names))
    texts = b"".join(file.read_bytes() for file in files)
    return hashlib.sha256(texts).hexdigest()[:12]
