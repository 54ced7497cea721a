"""The report: what a tired operator reads first, and that nothing from outside is markup."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fullhouse.rehearsal.findings import EarFound, Findings, Trouble, WorkerFound
from fullhouse.rehearsal.report import TONES, page
from fullhouse.rehearsal.score import judge
from fullhouse.rehearsal.verdict import Call
from tests.rehearsal import made

ALL = (made.found(), made.growing(), made.lagging(), *made.faulty())
REPEAT = "fullhouse rehearse http://127.0.0.1:8000/evening --listeners 2000"
ALONE = frozenset({"meta", "link", "br", "hr", "img", "input", "path", "rect"})


class Reading(HTMLParser):
    """Reads a page as a browser does: tags that are open, and text by tag."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ALONE:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ALONE:
            assert self.open.pop() == tag

    def handle_data(self, text: str) -> None:
        self.text.append((self.open[-1] if self.open else "", text))

    def within(self, tag: str) -> list[str]:
        """Return the texts that stand directly in a tag."""
        return [text for where, text in self.text if where == tag]


def reports() -> Iterator[str]:
    """Yield a report of each kind."""
    for findings in ALL:
        yield page(findings, judge(findings), REPEAT)


def report(findings: Findings) -> str:
    """Return its report."""
    return page(findings, judge(findings), REPEAT)


@pytest.mark.parametrize("findings", ALL)
def test_the_verdict_is_the_first_thing_that_is_read(findings: Findings) -> None:
    """One heading, and in it one word; right below it the sentence."""
    verdict = judge(findings)
    read = Reading(report(findings))
    assert read.within("h1") == [verdict.call.value]
    assert read.within("title")[0].startswith(f"{verdict.call.value}: ")
    texts = [text for _, text in read.text]
    assert texts.index(verdict.sentence) == texts.index(verdict.call.value) + 2


@pytest.mark.parametrize("findings", ALL)
def test_a_report_is_well_formed_and_fetches_nothing(findings: Findings) -> None:
    """It opens from a disk, without a network, and runs no script."""
    html = report(findings)
    read = Reading(html)
    assert read.open == []
    assert not read.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert not [name for name, _ in read.attributes if name in {"src", "href"} or name[:2] == "on"]
    assert "default-src 'none'" in html


@pytest.mark.parametrize("findings", made.faulty())
def test_every_reason_and_its_advice_stand_in_the_report(findings: Findings) -> None:
    """Nothing that the verdict knows is kept from the reader."""
    texts = "".join(text for _, text in Reading(report(findings)).text)
    for reason in judge(findings).reasons:
        assert reason.sentence in texts
        assert reason.advice.replace("`", "") in texts


def test_what_comes_from_outside_is_text() -> None:
    """Names of workers, paths, fields of answers, words of the server: none becomes markup."""
    evil = '<script>alert("1")</script><b onclick=x>'
    findings = replace(
        made.stopped(),
        url=f"http://h/{evil}",
        story=evil,
        began=evil,
        hardware={evil: evil},
        workers=(WorkerFound(evil, 5, {Trouble.STARVED: 5}, silent_from=3.0),),
        ears=(EarFound(evil, 10, 0, None, 1.0),),
        server_said=((1.0, evil),),
        limits={evil: 1},
        between={evil: 1},
    )
    html = page(findings, judge(findings), evil)
    read = Reading(html)
    assert "script" not in read.tags
    assert "onclick" not in dict(read.attributes)
    assert html.count("&lt;script&gt;") >= 10


def test_what_is_extrapolated_says_so() -> None:
    """A number that nobody measured never stands there as if."""
    html = report(made.growing(0.005))
    assert "First thing that would break" in html
    assert "listeners, extrapolated, not measured" in html
    assert "Assumed: first sound goes on growing with arrivals" in html


def test_what_broke_is_marked_as_measured_and_drawn() -> None:
    """The figure shows the level at which nobody else got in."""
    html = report(made.file_limit())
    assert "First thing that broke" in html
    assert "listeners, measured" in html
    assert "broke at 900" in html


def test_a_silent_worker_is_shown_in_its_table_and_in_the_figure() -> None:
    """Which worker, since when and for how long."""
    html = report(made.stopped(40.0))
    assert ">edge-0 silent</span>" in html
    assert '<td class="over">20 s<small> from 40 s</small></td>' in html


def test_a_time_over_its_bar_is_marked() -> None:
    """The one figure that is judged, in a row of four."""
    late = replace(made.found(), first_sound=made.spread(2_000, 0.1, 1.0, 2.5, 9.0))
    assert '<td class="over">2.5 s</td><td class="">9 s</td>' in report(late)


def test_a_rehearsal_without_a_single_second_has_a_report() -> None:
    """Stopped before it began: nothing is there to draw, and it says so."""
    nothing = replace(
        made.found(), complete=False, arrived=0, joined=0, timeline=(), workers=(), ears=(),
        first_sound=made.spread(0, 0, 0, 0), longest_gap=made.spread(0, 0, 0, 0),
    )  # fmt: skip
    html = report(nothing)
    assert Reading(html).within("h1") == ["PARTIAL"]
    assert "Second by second" not in html


def test_what_the_server_lowered_is_said_once_with_how_often() -> None:
    """Two workers that answer in turn would fill a page with two sentences."""
    turns = (
        (2.0, "Larger pieces."),
        (4.0, ""),
        (6.0, "Larger pieces."),
        (8.0, "A smaller stream."),
    )
    html = report(replace(made.found(), server_said=turns))
    assert "<li>2 s and 1 time more: Larger pieces.</li><li>8 s: A smaller stream.</li>" in html
    assert "What the server lowered" not in report(made.found())


def test_the_command_to_repeat_it_stands_in_the_report() -> None:
    """To be copied."""
    assert Reading(report(made.found())).within("pre") == [REPEAT]


def test_every_call_has_its_tone() -> None:
    """None would be shown without its colour and sign."""
    assert set(TONES) == set(Call)
