"""The house's own page, the studio's, and their files."""

from pathlib import Path

import pytest

from fullhouse.house.api.pages import read_assets
from tests.house.served import EDGE, code_of, served


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the web build leaves it."""
    web = tmp_path / "web"
    (web / "assets").mkdir(parents=True)
    (web / "studio.html").write_text("<!doctype html><title>Studio</title>")
    (web / "assets" / "studio-abc123.js").write_text("export {}")
    (web / "secret.txt").write_text("not for you")
    return web


async def test_the_studio_is_served_with_a_strict_policy(
    tmp_path: Path, nats_url: str, built: Path
) -> None:
    public = "https://house.example"
    async with served(tmp_path, nats_url, web_folder=built, public_house=public) as house:
        slug = (await house.make())["slug"]
        answer = await house.client.get(f"/studio/{slug}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' {public} {EDGE}" in policy
    assert f"media-src 'self' blob: {EDGE}" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["permissions-policy"].startswith("microphone=(self)")


async def test_the_files_of_the_page_are_kept_for_ever(
    tmp_path: Path, nats_url: str, built: Path
) -> None:
    async with served(tmp_path, nats_url, web_folder=built) as house:
        answer = await house.client.get("/assets/studio-abc123.js")
        assert answer.text == "export {}"
        assert "javascript" in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["/assets/nothing.js", "/assets/../secret.txt", "/assets/..%2fsecret.txt", "/secret.txt",
     "/assets/", "/assets/%2e%2e/secret.txt"],
)  # fmt: skip
async def test_nothing_else_is_served(
    tmp_path: Path, nats_url: str, built: Path, path: str
) -> None:
    async with served(tmp_path, nats_url, web_folder=built) as house:
        answer = await house.client.get(path)
    assert (answer.status_code, code_of(answer)) == (404, "no_such_page")


@pytest.mark.parametrize(("slug", "status"), [("nowhere", 404), ("No-Where", 400)])
async def test_a_studio_of_no_room_is_a_page_that_says_so(
    tmp_path: Path, nats_url: str, built: Path, slug: str, status: int
) -> None:
    async with served(tmp_path, nats_url, web_folder=built) as house:
        answer = await house.client.get(f"/studio/{slug}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_a_studio_of_no_room_is_refused_without_a_page(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as house:
        answer = await house.client.get("/studio/nowhere")
    assert (answer.status_code, code_of(answer)) == (404, "unknown_room")


async def test_a_page_that_was_not_built_is_said_so(tmp_path: Path, nats_url: str) -> None:
    async with served(tmp_path, nats_url) as house:
        answer = await house.client.get(f"/studio/{(await house.make())['slug']}")
    assert (answer.status_code, code_of(answer)) == (503, "not_built")


async def test_people_sign_in_on_a_page_with_the_strictest_policy(
    tmp_path: Path, nats_url: str, built: Path
) -> None:
    (built / "home.html").write_text("<!doctype html><title>Fullhouse</title>")
    async with served(tmp_path, nats_url, web_folder=built) as house:
        answer = await house.client.get("/")
        head = await house.client.head("/")
    assert (answer.status_code, head.status_code, head.content) == (200, 200, b"")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "connect-src 'self';" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_without_built_pages_the_front_page_says_what_this_is(
    tmp_path: Path, nats_url: str
) -> None:
    async with served(tmp_path, nats_url) as house:
        answer = await house.client.get("/", headers={"Authorization": ""})
        head = await house.client.head("/")
    assert "fullhouse room create" in answer.text
    assert (head.status_code, head.content) == (200, b"")


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert read_assets(tmp_path / "nothing") == {}
