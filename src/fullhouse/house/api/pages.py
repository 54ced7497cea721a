"""A shell: the house's own page and the studio's, with their files, read once into memory."""

import mimetypes
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response

from fullhouse.errors import BadSlug, NotReady, UnknownRoom
from fullhouse.house.api.door import Door
from fullhouse.house.api.problems import NoSuchPage
from fullhouse.plain import STYLE_SOURCE, plain_html

FRONT: Final = plain_html(
    "Fullhouse",
    "<p>This is the house of a Fullhouse: here rooms are made, and people come on stage.</p>"
    "<p>A room's studio opens with the link that its host was given. You make a room, and get its "
    "links, with <code>fullhouse room create NAME</code>; <code>fullhouse room show NAME</code> "
    "shows them again.</p>"
    "<p>To listen you need no studio: use the room's listen link.</p>",
)

FRONT_POLICY: Final = f"default-src 'none'; style-src {STYLE_SOURCE}; frame-ancestors 'none'"
HOME_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Of the page on which people sign in: nothing but our own files, and no text ever becomes code."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
SEEN: Final = ["GET", "HEAD"]


class NotBuilt(NotReady):
    code = "not_built"
    message = "The studio's page has not been built: run 'make setup'."


def studio_policy(edge: str, house: str) -> str:
    """Return the studio's content security policy: our own files, and streams of the edge.

    The house is named as links name it, too: a page that was opened by another name of the same
    machine still speaks by the room's WHIP link.
    """
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "script-src 'self'; worker-src 'self' blob:; style-src 'self'; font-src 'self'; "
        f"img-src 'self' data:; media-src 'self' blob: {edge}; connect-src 'self' {house} {edge}"
    )


def read_assets(folder: Path) -> dict[str, tuple[bytes, str]]:
    """Return each built file's bytes and type by its name; nothing if nothing was built."""
    if not folder.is_dir():
        return {}
    return {
        path.name: (path.read_bytes(), mimetypes.guess_type(path.name)[0] or "text/plain")
        for path in folder.iterdir()
        if path.is_file()
    }


def read_page(path: Path) -> bytes | None:
    """Return a built page, None if it was not built."""
    return path.read_bytes() if path.is_file() else None


def pages_router(door: Door, web_folder: Path) -> APIRouter:
    """Return the routes that people open in their browsers."""
    router = APIRouter(include_in_schema=False)
    assets = read_assets(web_folder / "assets")
    studio_page = read_page(web_folder / "studio.html")
    home_page = read_page(web_folder / "home.html")
    studio_headers = {
        "Content-Security-Policy": studio_policy(door.origins.edge, door.origins.house),
        "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
        "Cache-Control": "no-cache",
    }

    @router.api_route("/", methods=SEEN)
    async def front() -> Response:
        headers = {"Cache-Control": "no-cache"}
        if home_page is None:
            headers["Content-Security-Policy"] = FRONT_POLICY
            return Response(FRONT, headers=headers, media_type="text/html")
        headers["Content-Security-Policy"] = HOME_POLICY
        return Response(home_page, headers=headers, media_type="text/html")

    @router.api_route("/studio/{slug}", methods=SEEN)
    async def studio(slug: str) -> Response:
        status = 200
        try:
            door.known(slug)
        except (BadSlug, UnknownRoom) as refused:
            # The page says so, too, in the visitor's language.
            if studio_page is None:
                raise
            status = refused.status
        if studio_page is None:
            raise NotBuilt()
        return Response(studio_page, status, studio_headers, "text/html")

    @router.api_route("/assets/{name}", methods=SEEN)
    async def asset(name: str) -> Response:
        if name not in assets:
            raise NoSuchPage()
        content, kind = assets[name]
        return Response(content, headers={"Cache-Control": FOR_EVER}, media_type=kind)

    @router.api_route("/healthz", methods=SEEN)
    async def health() -> dict[str, object]:
        rooms = len(door.rooms.all())
        return {"status": "ok", "bus": door.newsroom.connected, "rooms": rooms}

    return router
