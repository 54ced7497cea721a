"""The links of a room."""

import hashlib
from urllib.parse import urlsplit

import pytest

from fullhouse.errors import Refused
from fullhouse.house.commands import Show
from fullhouse.house.links import Origins, links_of, origin
from fullhouse.house.room import Room
from fullhouse.house.tokens import Generations, Kind, derive
from fullhouse.units import Micros, RoomSlug
from fullhouse.wire import Visibility

KEY = bytes(32)
SLUG = RoomSlug("evening")
HERE = Origins("https://live.example", "https://house.example", "http://house.example:8002")


def test_every_link_leads_to_its_origin() -> None:
    links = links_of(SLUG, Generations(), KEY, HERE)
    assert links.listen == "https://live.example/evening"
    assert links.whip == "https://house.example/whip/evening"
    assert links.whep == "https://house.example/whep/evening"
    assert links.source == "http://house.example:8002/evening"
    assert links.source_user == "source"


def test_the_hosts_secret_is_in_the_fragment_alone() -> None:
    """A fragment is never sent to a server, nor told to other sites."""
    link = urlsplit(links_of(SLUG, Generations(), KEY, HERE).host)
    token = derive(KEY, Kind.HOST, SLUG, 0)
    assert link.fragment == token
    assert token not in link._replace(fragment="").geturl()


def test_renewed_keys_give_new_links() -> None:
    before = links_of(SLUG, Generations(), KEY, HERE)
    after = links_of(SLUG, Generations(host=1, whip=1, source=1), KEY, HERE)
    assert before.listen == after.listen
    assert before.host != after.host
    assert before.whip_token != after.whip_token
    assert before.source_key != after.source_key


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "https://a.example/", "http://[::1]:8000", "http://localhost"]
)
def test_a_public_address_loses_its_slash(url: str) -> None:
    assert origin(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://a", "http://a/b", "http://a:b", "http://a; script-src *"]
)
def test_what_is_no_origin_is_refused(url: str) -> None:
    """It becomes part of links and of a security header: nothing else may slip in."""
    with pytest.raises(Refused):
        origin(url)


def test_the_link_of_an_invited_room_brings_the_key_that_edges_ask_for() -> None:
    room = Room.new(SLUG, "", None, now=Micros(1))
    invited, _ = room.handle(Show(Visibility.INVITED), now=Micros(2))
    link = urlsplit(links_of(SLUG, Generations(), KEY, HERE, invited=True).listen)
    key = link.query.removeprefix("key=")
    assert hashlib.sha256(key.encode()).hexdigest() == invited.news(key=KEY).entry
    renewed = links_of(SLUG, Generations(listen=1), KEY, HERE, invited=True).listen
    assert renewed != link.geturl()
    assert "key" not in links_of(SLUG, Generations(), KEY, HERE).listen
