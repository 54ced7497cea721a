"""Pages that need nothing else look right, and run nothing."""

import re
from base64 import b64decode
from hashlib import sha256

from fullhouse.plain import STYLE, STYLE_SOURCE, plain_html


def test_a_title_is_text_whatever_it_holds() -> None:
    page = plain_html("<script>alert(1)</script>", "<p>Hello.</p>")
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2


def test_the_policy_allows_the_style_and_nothing_else() -> None:
    """A browser takes the style's bytes between its tags and compares their hash."""
    found = re.search("<style>(.*)</style>", plain_html("Rooms", ""), re.DOTALL)
    assert found is not None
    assert found[1] == STYLE
    digest = STYLE_SOURCE.removeprefix("'sha256-").removesuffix("'")
    assert b64decode(digest) == sha256(STYLE.encode()).digest()


def test_the_head_and_the_body_stand_where_they_belong() -> None:
    page = plain_html("One moment", "<p>Body.</p>", '<meta http-equiv="refresh" content="2">')
    assert page.index("refresh") < page.index("</head>") < page.index("<p>Body.</p>")
