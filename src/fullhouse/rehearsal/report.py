"""A core: a rehearsal as one HTML page that needs nothing else and can be read by a tired person.

All that came from outside is escaped: titles of rooms, names of workers, fields of answers.
"""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from fullhouse.rehearsal.course import length, rhythm, spacing
from fullhouse.rehearsal.findings import EarFound, Findings, Spread, Trouble, WorkerFound
from fullhouse.rehearsal.paper import STYLE, sign
from fullhouse.rehearsal.plots import drawn
from fullhouse.rehearsal.saying import bits, count, figure, seconds, several, share
from fullhouse.rehearsal.symptoms import IN_WORDS, many, silence
from fullhouse.rehearsal.timelines import timelines
from fullhouse.rehearsal.verdict import CAUSES, Bars, Call, Figure, Kind, Reason, Verdict

TONES: Final = {
    Call.GO: "go",
    Call.NO_GO: "nogo",
    Call.VOID: "void",
    Call.PARTIAL: "partial",
}
OWN: Final = frozenset({Kind.OWN_LAG, Kind.OWN_LIMIT, Kind.STOPPED_EARLY})


def page(findings: Findings, verdict: Verdict, repeat: str) -> str:
    """Return the whole report.

    Args:
        repeat: the command that does the same again, without secrets.
    """
    tone = TONES[verdict.call]
    body = "".join(
        (
            _top(findings, verdict, tone),
            "<main>",
            _tiles(findings),
            _reasons(verdict),
            _times(findings, verdict.bars),
            _plots(findings, verdict),
            _workers(findings),
            _troubles(findings),
            _ears(findings.ears),
            _said(findings),
            _known(findings, verdict),
            _settings(findings, repeat),
            "</main>",
            _foot(),
        )
    )
    title = escape(f"{verdict.call}: rehearsal of {findings.url}")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<title>{title}</title><style>{STYLE}</style></head><body class="{tone}">{body}'
        "</body></html>\n"
    )


def _top(findings: Findings, verdict: Verdict, tone: str) -> str:
    limit = verdict.limit
    at = ""
    if limit.at is not None:
        about = "" if limit.measured else "about "
        how = "measured" if limit.measured else "extrapolated, not measured"
        at = f'<p class="at">{about}{count(limit.at)}<small>listeners, {how}</small></p>'
    assumed = f"<p>Assumed: {escape(limit.assumption)}.</p>" if limit.assumption else ""
    head = "First thing that broke" if limit.measured else "First thing that would break"
    return (
        f'<header><p class="above"><span>Fullhouse rehearsal of <b>{escape(findings.url)}</b>'
        f"</span><span>{escape(findings.began)}</span></p>"
        f'<section class="call"><h1>{sign(tone)}{verdict.call}</h1>'
        f'<p class="ready">{escape(_ready(findings, verdict.call))}</p>'
        f'<p class="why">{escape(verdict.sentence)}</p></section>'
        f'<section class="limit{" known" if at else ""}"><h2>{head}</h2>{at}'
        f"<div><p>{escape(limit.sentence)}</p>{assumed}</div></section></header>"
    )


def _ready(findings: Findings, call: Call) -> str:
    crowd = f"{several(findings.asked, 'listener')} within {seconds(findings.arrive_within)}"
    return {
        Call.GO: f"Ready for {crowd}.",
        Call.NO_GO: f"Not ready for {crowd}.",
        Call.VOID: "No verdict: rehearse again.",
        Call.PARTIAL: "No verdict: it was stopped early.",
    }[call]


def _tiles(findings: Findings) -> str:
    harmed = many(findings, set(Trouble) - {Trouble.OUR_OWN})
    most = max((second.hearing for second in findings.timeline), default=0)
    tiles = (
        (count(findings.joined), f"of {count(findings.arrived)} heard it"),
        (seconds(findings.first_sound.p99), "to first sound, 99 of 100"),
        (count(harmed), "came to some harm"),
        (count(most), f"hearing at once, {count(findings.join_rate)} joined in one second"),
    )
    items = "".join(f"<li><b>{escape(b)}</b><span>{escape(s)}</span></li>" for b, s in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _reasons(verdict: Verdict) -> str:
    first = [reason for reason in verdict.reasons if reason.kind in CAUSES | OWN]
    noticed = [reason for reason in verdict.reasons if reason.kind not in CAUSES | OWN]
    html = ""
    if first:
        html += f'<h2>Why</h2><ol class="reasons">{"".join(map(_reason, first))}</ol>'
    if noticed:
        html += (
            f'<h2>What listeners noticed</h2><ol class="reasons">'
            f"{''.join(map(_reason, noticed))}</ol>"
        )
    return html


def _reason(reason: Reason) -> str:
    kind = "own" if reason.kind in OWN else "" if reason.kind in CAUSES else "noticed"
    advice = reason.advice
    do = f'<p class="do"><b>What to do</b>{_with_code(advice)}</p>' if advice else ""
    evidence = "".join(f"<span>{_figure(one)}</span>" for one in reason.figures)
    return (
        f'<li class="{kind}"><h3>{escape(reason.sentence)}</h3>{do}'
        f'<div class="evidence">{evidence}</div></li>'
    )


def _with_code(text: str) -> str:
    """Return text of our own in which what stands between backticks is code."""
    pieces = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(pieces))


def _figure(one: Figure) -> str:
    bar = ""
    if one.bar is not None:
        word = "at least" if one.least else "at most"
        bar = f", {word} {escape(figure(one.bar, one.unit))}"
    return f"{escape(one.name)} <b>{escape(figure(one.value, one.unit))}</b>{bar}"


def _times(findings: Findings, bars: Bars) -> str:
    beyond = rhythm(findings) + bars.beyond
    rows: tuple[tuple[str, Spread, float | None, str], ...] = (
        ("From the link to first sound", findings.first_sound, bars.first_sound, "p99"),
        ("From the link to the page", findings.page, bars.page, "p99"),
        ("Until the answer began", findings.answered, None, ""),
        ("Longest wait for sound", findings.longest_gap, spacing(findings) + bars.beyond, "p99"),
        ("Sound late by", findings.late_by, beyond, "p99"),
        ("Sound that came at once", findings.lumps, rhythm(findings) + bars.lump, "p50"),
        ("Late ourselves by", findings.own_lag, bars.own_lag, "p99"),
    )
    lines = (_row(*row) for row in rows if row[1].count)
    return f"<h2>Times</h2>{_table(('', 'p50', 'p95', 'p99', 'most'), lines)}"


def _row(name: str, spread: Spread, bar: float | None, judged: str) -> str:
    allowed = "" if bar is None else f", {judged} at most {seconds(bar)}"
    figures = (("p50", spread.p50), ("p95", spread.p95), ("p99", spread.p99), ("", spread.most))
    cells = "".join(
        f'<td class="{"over" if bar is not None and column == judged and value > bar else ""}">'
        f"{seconds(value)}</td>"
        for column, value in figures
    )
    return (
        f'<tr><th scope="row">{escape(name)}<small>{count(spread.count)} measured{allowed}</small>'
        f"</th>{cells}</tr>"
    )


def _plots(findings: Findings, verdict: Verdict) -> str:
    if not findings.timeline:
        return ""
    figures = "".join(map(drawn, timelines(findings, verdict)))
    return f'<h2>Second by second</h2><div class="plots">{figures}</div>'


def _table(heads: Sequence[str], rows: Iterable[str]) -> str:
    columns = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    return (
        f'<div class="wide"><table style="--n:{len(heads) - 1}"><thead><tr>{columns}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _workers(findings: Findings) -> str:
    if not findings.workers:
        return ""
    everybody = sum(worker.joined for worker in findings.workers)
    rows = (_worker(findings, worker, everybody) for worker in findings.workers)
    heads = ("Edge worker", "listeners", "share", "troubles", "silent")
    return f"<h2>Edge workers</h2>{_table(heads, rows)}"


def _worker(findings: Findings, worker: WorkerFound, everybody: int) -> str:
    troubles = sum(worker.troubles.values())
    silent = silence(worker, length(findings))
    when = (
        "never"
        if worker.silent_from is None
        else f"{seconds(silent)}<small> from {seconds(worker.silent_from)}</small>"
    )
    return (
        f'<tr><th scope="row">{escape(worker.name or "not named")}</th>'
        f"<td>{count(worker.joined)}</td><td>{share(worker.joined / max(1, everybody))}</td>"
        f'<td class="{"over" if troubles else ""}">{count(troubles)}</td>'
        f'<td class="{"over" if silent else ""}">{when}</td></tr>'
    )


def _troubles(findings: Findings) -> str:
    told = sorted(findings.troubles.items(), key=lambda item: -item[1])
    rows = [
        f'<tr><th scope="row">{escape(IN_WORDS[trouble].capitalize())}</th>'
        f"<td>{count(number)}</td><td>{share(number / max(1, findings.arrived))}</td>"
        f"<td>{_first(findings.first_trouble.get(trouble))}</td></tr>"
        for trouble, number in told
        if number
    ]
    if not rows:
        return '<h2>Errors</h2><p class="card">None. Nobody was turned away or interrupted.</p>'
    named = ", ".join(f"{name} ({count(n)})" for name, n in findings.limits.items())
    note = f'<p class="card">Limits that refusals named: {escape(named)}.</p>' if named else ""
    heads = ("Listeners who …", "how many", "share", "first with … hearing")
    return f"<h2>Errors</h2>{_table(heads, rows)}{note}"


def _first(hearing: int | None) -> str:
    return "–" if hearing is None else count(hearing)


def _ears(ears: Sequence[EarFound]) -> str:
    if not ears:
        return ""
    rows = (
        f'<tr><th scope="row">{escape(ear.path)}</th>'
        f"<td>{share(ear.recognised / ear.windows) if ear.windows else '–'}</td>"
        f"<td>{'–' if ear.latency is None else seconds(ear.latency)}</td>"
        f"<td>{seconds(ear.longest_silence)}</td></tr>"
        for ear in ears
    )
    heads = ("Real ear on", "recognised", "after it was said", "longest silence")
    return f"<h2>Real ears</h2>{_table(heads, rows)}"


def _said(findings: Findings) -> str:
    """Each sentence once: workers that answer in turn do not all lower the same."""
    told: dict[str, list[float]] = {}
    for at, words in findings.server_said:
        if words:
            told.setdefault(words, []).append(at)
    if not told:
        return ""
    items = "".join(
        f"<li>{seconds(at)}{_again(len(more))}: {escape(words)}</li>"
        for words, (at, *more) in told.items()
    )
    return f'<h2>What the server lowered</h2><div class="card"><ul>{items}</ul></div>'


def _again(times: int) -> str:
    return f" and {several(times, 'time')} more" if times else ""


def _known(findings: Findings, verdict: Verdict) -> str:
    stalled, let_go = findings.stalled
    steady = [s.received / s.hearing for s in findings.timeline if s.hearing and not s.arrived]
    measured = [
        f"First sound of {several(findings.first_sound.count, 'listener')}, each by itself.",
        f"Arrivals of sound at {several(findings.longest_gap.count, 'listener')}.",
        f"Every part, read and numbered, at {several(findings.followed, 'listener')}: "
        f"{count(findings.parts_expected)} expected, {count(findings.parts_missing)} missing.",
    ]
    if steady:
        measured.append(f"{bits(8 * sum(steady) / len(steady))} to each listener.")
    if stalled:
        measured.append(
            f"{count(stalled)} phones stopped reading on purpose, {count(let_go)} let go."
        )
    if findings.ears:
        measured.append(f"{several(len(findings.ears), 'real ear')} decoded what was spoken.")
    limit = verdict.limit
    guessed = (
        f"{limit.sentence} At about {several(limit.at, 'listener')}, if {limit.assumption}."
        if limit.at is not None and not limit.measured
        else "Nothing."
    )
    items = "".join(f"<li>{escape(one)}</li>" for one in measured)
    return (
        '<h2>What is known</h2><div class="two">'
        f'<div class="card"><h3>Measured</h3><ul>{items}</ul></div>'
        f'<div class="card"><h3>Extrapolated</h3><p>{escape(guessed)}</p></div></div>'
    )


def _settings(findings: Findings, repeat: str) -> str:
    ways = ", ".join(f"{count(n)} by {way}" for way, n in findings.ways.items())
    asked = {
        "story": findings.story,
        "listeners": f"{count(findings.asked)} ({ways})",
        "arrive within": seconds(findings.arrive_within),
        "hold": seconds(findings.hold),
        "processes of the crowd": count(findings.processes),
        "longest cadence": f"{seconds(max(1, findings.cadence) * 0.32)}",
    }
    machine = {name: f"{value:,}" if isinstance(value, int | float) else value
               for name, value in findings.hardware.items()}  # fmt: skip
    if findings.between:
        asked["between us and the edge"] = ", ".join(findings.between)
    return (
        '<h2>To repeat it</h2><div class="two">'
        f'<div class="card"><h3>Settings</h3>{_facts(asked.items())}</div>'
        f'<div class="card"><h3>The machine that rehearsed</h3>{_facts(machine.items())}</div>'
        f"</div><pre>{escape(repeat)}</pre>"
    )


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f'<dl class="facts">{items}</dl>'


def _foot() -> str:
    return (
        "<footer><p>p50, p95 and p99: half, 95 and 99 of 100 waited no longer. "
        "GO: every bar above was kept by as many listeners as came, from this machine, over its "
        "network, at this time. It says nothing of phone networks, of other rooms at the same "
        "time, or of more listeners.</p>"
        "<p>VOID: the rehearsing machine was too slow itself. "
        "The same in JSON lies beside this file.</p></footer>"
    )
