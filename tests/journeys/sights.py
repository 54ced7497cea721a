"""Pages as different people see them: languages, light and dark, a desk and a phone.

In each of them axe-core looks for barriers, and a thumb for what is too small or out of sight.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize

from tests.journeys.axe import barriers

Language = Literal["en", "id"]
Arrange = Callable[[Language], object]

DESK: Final[ViewportSize] = {"width": 1280, "height": 800}
PHONE: Final[ViewportSize] = {"width": 375, "height": 700}
THUMB: Final = 44
"""CSS pixels: what a thumb hits."""
Way = tuple[Language, ViewportSize, Literal["light", "dark"]]
OPPOSITES: Final[tuple[tuple[Way, Way], ...]] = (
    (("en", DESK, "light"), ("id", PHONE, "dark")),
    (("en", PHONE, "dark"), ("id", DESK, "light")),
)
"""States are seen in these by turns; for pictures, and so by hand, each in all."""
PICTURES: Final = os.environ.get("FULLHOUSE_PICTURES", "")
"""A folder in which what is seen is kept for people to look at."""

CHOOSE: Final = """language => {
  const list = document.getElementById('language');
  list.value = language;
  list.dispatchEvent(new Event('change', { bubbles: true }));
}"""
OUT_OF_REACH: Final = """thumb => {
  const seen = (one) => one.checkVisibility({ visibilityProperty: true });
  const name = (one) => `${one.tagName.toLowerCase()}${one.id && '#' + one.id} ` +
    `${(one.ariaLabel ?? one.textContent).trim().slice(0, 40)}`;
  const found = [];
  for (const one of document.querySelectorAll('button, select, input, summary, a.button')) {
    const box = (one.closest('label') ?? one).getBoundingClientRect();
    if (seen(one) && !one.disabled && box.height > 0 && box.height < thumb - 0.5)
      found.push(`too low for a thumb (${box.height.toFixed(0)} px): ${name(one)}`);
  }
  const over = document.documentElement.scrollWidth - innerWidth;
  if (over > 0) found.push(`${over} px wider than the window`);
  for (const one of document.querySelectorAll('button, h1, h2, h3, p, b, summary, a'))
    if (seen(one) && one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1)
      found.push(`cut: ${name(one)}`);
  return found;
}"""


BORNE: Final = ("meta-refresh",)
"""The page of a room that is not there has two sentences; one says that it looks again."""


@dataclass
class Sights:
    """What was looked at, and what is wrong with it."""

    states: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def look(self, page: Page, state: str, arrange: Arrange) -> None:
        """See a state in two ways that have nothing in common.

        Args:
            arrange: brings the page into the state, in a language.
        """
        self.states.append(state)
        page.bring_to_front()
        spoken = ""
        for language, size, scheme in self._ways():
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if language != spoken:
                arrange(language)
                spoken = language
            sight = f"{state}-{language}-{'phone' if size is PHONE else 'desk'}-{scheme}"
            found = barriers(page) + page.evaluate(OUT_OF_REACH, THUMB if size is PHONE else 0)
            found = [one for one in found if not one.startswith(BORNE)]
            self.wrong += [f"{sight}: {one}" for one in found]
            print("\n".join(f"{sight}: {one}" for one in found), end="")
            if PICTURES:
                self._keep(page, f"{len(self.states):02}-{sight}")

    def _ways(self) -> Sequence[Way]:
        if PICTURES:
            return sorted((way for ways in OPPOSITES for way in ways), key=itemgetter(0))
        return OPPOSITES[len(self.states) % len(OPPOSITES)]

    def _keep(self, page: Page, name: str) -> None:
        page.evaluate("scrollTo(0, 0)")
        whole = not page.evaluate("document.querySelector('dialog[open]') !== null")
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


def anew(page: Page, address: str, then: Callable[[], object] = lambda: None) -> Arrange:
    """Return what opens an address in a language, and does something there."""

    def arrange(language: Language) -> None:
        if not page.url.startswith("/".join(address.split("/")[:3])):
            page.goto("about:blank")
            page.goto(address)
        page.evaluate("one => localStorage.setItem('fullhouse-language', one)", language)
        page.goto("about:blank")  # or a new # would be the same page
        page.goto(address)
        then()

    return arrange


def spoken(page: Page) -> Arrange:
    """Return what changes a page's language, and nothing else of it."""
    return lambda language: page.evaluate(CHOOSE, language)
