"""nginx and icecast2 from Debian, where they are missing and we are root; nothing is started."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.servers import found
from fullhouse.errors import Refused

PACKAGES: Final = ("nginx", "icecast2")
POLICY: Final = Path("/usr/sbin/policy-rc.d")


def install() -> dict[str, str]:
    """Install the peers that are missing; return those that cannot be had, and why."""
    missing = [name for name in PACKAGES if not is_there(name)]
    if not missing:
        return {}
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        why = "not installed, and only root may: apt-get install " + " ".join(missing)
        return dict.fromkeys(missing, why)
    with nothing_starts():
        for command in (("update",), ("install", "-y", "--no-install-recommends", *missing)):
            subprocess.run(
                ["apt-get", "-qq", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                check=False,
            )
    return {name: "apt-get could not install it" for name in missing if not is_there(name)}


def is_there(name: str) -> bool:
    """True if a program is installed."""
    try:
        found(name)
    except Refused:
        return False
    return True


@contextmanager
def nothing_starts() -> Iterator[None]:
    """Keep Debian from starting what it installs, unless there are rules for that already."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
