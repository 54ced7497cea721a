"""The built pages, read once."""

import gzip
from pathlib import Path

from fullhouse.edge.page import BUILT_IN
from fullhouse.edge.web import load_web


def test_pages_that_were_not_built_have_a_stand_in(tmp_path: Path) -> None:
    web = load_web(tmp_path / "nothing")
    assert (web.listen, web.files) == (BUILT_IN, {})


def test_the_built_page_and_its_files_are_read(tmp_path: Path) -> None:
    assets = tmp_path / "assets"
    assets.mkdir()
    script = b"play();" * 500
    (tmp_path / "listen.html").write_text("<h1>{{title}}</h1>")
    (tmp_path / "favicon.svg").write_bytes(b"<svg/>")
    (assets / "listen-1.js").write_bytes(script)
    (assets / "listen-1.js.br").write_bytes(b"packed")
    (assets / "tiny-2.css").write_bytes(b"p{}")
    web = load_web(tmp_path)
    assert web.listen == "<h1>{{title}}</h1>"
    assert sorted(web.files) == ["favicon.svg", "listen-1.js", "tiny-2.css"]
    built = web.files["listen-1.js"]
    assert built.media_type.startswith("text/javascript")
    assert built.lasting
    assert built.encoded["br"] == b"packed"
    assert gzip.decompress(built.encoded["gzip"]) == script
    assert web.files["tiny-2.css"].encoded == {}
    assert not web.files["favicon.svg"].lasting
