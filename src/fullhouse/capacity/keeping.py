"""A shell: the figures of a calibration in the data folder."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from fullhouse.capacity.figures import Figures, pack, unpack
from fullhouse.errors import Malformed, Refused

NAME: Final = "calibration.json"
_SAME: Final = ("cpu", "cores")
"""What must be the same for figures to hold still."""


def kept_figures(data: Path, hardware: Mapping[str, str | int | float]) -> Figures | None:
    """Return the figures that were measured on this machine, if they are kept in the folder."""
    with suppress(OSError, UnicodeDecodeError, Malformed):
        figures = unpack((data / NAME).read_text())
        if all(figures.hardware.get(name) == hardware.get(name) for name in _SAME):
            return figures
    return None


def read_figures(file: Path) -> Figures:
    """Return the figures of a file that somebody names.

    Raises:
        Refused: it cannot be read, or holds none.
    """
    try:
        return unpack(file.read_text())
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise Refused(f"{file} cannot be read: {why}.", code="no_figures") from error
    except (UnicodeDecodeError, Malformed) as error:
        raise Refused(f"{file} holds no figures of a calibration.", code="no_figures") from error


def keep_figures(data: Path, figures: Figures) -> str:
    """Keep figures in the data folder; return where, or nothing if it cannot be written."""
    file = data / NAME
    fresh = file.with_suffix(".new")
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.write_text(pack(figures))
        fresh.rename(file)
    except OSError:
        return ""
    return str(file)
