"""A shell: reads the built pages from their folder, once, at the start."""

import gzip
import mimetypes
from pathlib import Path
from typing import Final

from fullhouse.edge.desk import Web, WebFile
from fullhouse.edge.page import BUILT_IN

CODINGS: Final = {".br": "br", ".gz": "gzip"}
TYPES: Final = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".map": "application/json",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
TEXT: Final = frozenset({".js", ".css", ".svg", ".map", ".webmanifest"})
SMALL: Final = 1_000
"""Bytes below which packing saves nothing."""


def load_web(folder: Path) -> Web:
    """Return the listener's page and its files; what has not been built has a plain stand-in.

    `assets/` holds files whose names change with their content; beside it may lie favicons.
    """
    listen = folder / "listen.html"
    template = listen.read_text("utf-8") if listen.is_file() else BUILT_IN
    files = {}
    for path in sorted((folder / "assets").glob("*")):
        if path.is_file() and path.suffix not in CODINGS:
            files[path.name] = _load(path, lasting=True)
    for path in sorted(folder.glob("favicon.*")):
        files[path.name] = _load(path, lasting=False)
    return Web(template, files)


def _load(path: Path, *, lasting: bool) -> WebFile:
    plain = path.read_bytes()
    encoded = {
        coding: packed.read_bytes()
        for suffix, coding in CODINGS.items()
        if (packed := path.with_name(path.name + suffix)).is_file()
    }
    if path.suffix in TEXT and len(plain) > SMALL and "gzip" not in encoded:
        encoded["gzip"] = gzip.compress(plain, mtime=0)
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return WebFile(TYPES.get(path.suffix, guessed), plain, encoded, lasting)
