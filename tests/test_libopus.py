"""Where libopus lies."""

import ctypes
from pathlib import Path

from fullhouse.libopus import libopus_path


def test_it_is_found_and_is_libopus() -> None:
    library = ctypes.CDLL(libopus_path())
    library.opus_get_version_string.restype = ctypes.c_char_p
    assert library.opus_get_version_string().startswith(b"libopus 1.")


def test_the_one_that_comes_with_pyav_is_taken() -> None:
    """Then nobody needs a system package."""
    assert Path(libopus_path()).parent.name == "av.libs"
