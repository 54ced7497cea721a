"""`python -m fullhouse` is the same program as `fullhouse`."""

import subprocess
import sys

from fullhouse import __version__


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fullhouse", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"fullhouse, version {__version__}\n"
