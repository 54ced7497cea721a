"""A core: pages of a few sentences that need nothing else: no script, no file, no other host.

They look like the built pages (web/view/family.css). Their style stands in the page; `STYLE_SOURCE`
lets a content security policy allow just that.
"""

import hashlib
from base64 import b64encode
from html import escape
from typing import Final

STYLE: Final = (
    ":root{color-scheme:light dark;--paper:#f7f4ef;--ink:#1f1c19;--soft:#665f57;--tone:#53657a}"
    "@media(prefers-color-scheme:dark){"
    ":root{--paper:#151417;--ink:#f3efe9;--soft:#a8a098;--tone:#94a9c0}}"
    "body{margin:0;min-height:100vh;display:grid;background:"
    "radial-gradient(70vmax 55vmax at 50% 40%,"
    "color-mix(in srgb,var(--tone) 13%,transparent),transparent) no-repeat,var(--paper);"
    "color:var(--ink);font:1.0625rem/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
    "sans-serif}"
    "main{box-sizing:border-box;width:min(100%,40rem);margin:auto;padding:2rem 1.5rem}"
    "h1{margin:0 0 .75rem;font-size:clamp(1.9rem,1.35rem + 2.6vw,3rem);font-weight:680;"
    "line-height:1.12;letter-spacing:-.022em;overflow-wrap:anywhere}"
    "h2{margin:2rem 0 .5rem;color:var(--soft);font-size:.8125rem;font-weight:650;"
    "letter-spacing:.04em;text-transform:uppercase}"
    "p{margin:0 0 1rem;color:var(--soft)}b,code{color:var(--ink)}a{color:inherit}"
    "ul{margin:0;padding:0;list-style:none}"
    "li{margin:0 0 .75rem;padding:1rem 1.25rem;border-radius:14px;color:var(--soft);"
    "background:color-mix(in srgb,var(--ink) 5%,transparent);overflow-wrap:anywhere}"
    "li a{color:var(--ink);font-size:1.25rem;font-weight:620}"
    "audio{width:100%;margin:0 0 1rem}"
    ":focus-visible{outline:3px solid var(--tone);outline-offset:4px}"
)
STYLE_SOURCE: Final = f"'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""For `style-src`."""


def plain_html(title: str, body: str, head: str = "", language: str = "en") -> str:
    """Return a whole page.

    Args:
        title: as text; it is escaped here.
        body: as HTML.
        head: more for the head, as HTML.
        language: of all of it.
    """
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">{head}'
        f"<title>{escape(title)} · Fullhouse</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )
