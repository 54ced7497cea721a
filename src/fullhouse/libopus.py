"""A shell: where libopus lies: in PyAV's wheel (`av.libs`), or else on the system."""

import ctypes.util
from pathlib import Path

import av


def libopus_path() -> str:
    """Return where libopus lies.

    Raises:
        OSError: neither PyAV's wheel nor the system has one.
    """
    beside_av = Path(av.__file__).parents[1] / "av.libs"
    found = next(map(str, beside_av.glob("libopus-*.so*")), None)
    path = found or ctypes.util.find_library("opus")
    if path is None:
        raise OSError("libopus is neither in PyAV's wheel nor on this system")
    return path
