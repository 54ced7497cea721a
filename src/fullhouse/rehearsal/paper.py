"""A core: how a report looks: light and dark, phone and desk, screen and paper.

Its colours are the pages' (web/view/family.css); GO has a green of its own.
"""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--paper:#f7f4ef;--card:#fffdfa;--ink:#1f1c19;--soft:#665f57;
--line:#e4ddd3;--go:#1b7447;--stop:#c93a26;--void:#96600a;--rest:#53657a;--on:#fff;
--hear:#2f6fb3;--came:#b06a10;--late:#7a4fb0;--own:#53657a;--tone:var(--rest)}
@media(prefers-color-scheme:dark){:root{--paper:#151417;--card:#1d1c20;--ink:#f3efe9;--soft:#a8a098;
--line:#343137;--go:#1f7d4e;--stop:#c5402d;--void:#8f600f;--rest:#4c5d70;
--hear:#6cb0f2;--came:#eeb04a;--late:#bb95f0;--own:#94a9c0}}
.go{--tone:var(--go)}.nogo{--tone:var(--stop)}.void{--tone:var(--void)}.partial{--tone:var(--rest)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);-webkit-text-size-adjust:100%;
font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
font-variant-numeric:tabular-nums}
header,main,footer{width:min(100%,70rem);margin:0 auto;padding:0 clamp(1rem,4vw,2.5rem)}
p,h1,h2,h3,figure,ul,ol,dl,dd,pre{margin:0;padding:0}
ul,ol{list-style:none}
a{color:inherit}
.above{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;
padding:1.1rem 0 .9rem;color:var(--soft);font-size:.875rem}
.above b{color:var(--ink);overflow-wrap:anywhere}
.call{padding:clamp(1.25rem,4vw,2.75rem);border-radius:1.5rem;background:var(--tone);color:var(--on)}
.call h1{display:flex;align-items:center;gap:.22em;font-size:clamp(3.6rem,15vw,8.5rem);
font-weight:800;line-height:1;letter-spacing:-.045em;white-space:nowrap}
.call h1 svg{width:.8em;height:.8em;flex:none}
.call .ready{margin-top:.9rem;font-size:clamp(1.15rem,3.4vw,1.7rem);font-weight:680;
line-height:1.25;letter-spacing:-.012em}
.call .why{max-width:50em;margin-top:.6rem;font-size:clamp(1rem,2.2vw,1.2rem);line-height:1.45}
.limit{display:grid;gap:.35rem 1.75rem;margin:1rem 0 0;padding:1.25rem clamp(1.25rem,4vw,2.75rem);
border-radius:1.25rem;background:var(--card);border:1px solid var(--line)}
.limit h2{grid-column:1/-1}
.limit .at{font-size:clamp(1.7rem,5vw,2.4rem);font-weight:720;line-height:1.1;
letter-spacing:-.025em}
.limit .at small{display:block;margin-top:.3rem;font-size:.8125rem;font-weight:500;letter-spacing:0;
color:var(--soft)}
.limit p{max-width:46em}
.limit p+p{margin-top:.35rem;color:var(--soft);font-size:.9375rem}
@media(min-width:46rem){.limit.known{grid-template-columns:auto 1fr}}
h2{margin:2.5rem 0 .75rem;font-size:.8125rem;font-weight:680;letter-spacing:.05em;
text-transform:uppercase;color:var(--soft)}
.limit h2,.tiles+h2{margin-top:0}
.tiles{display:grid;grid-template-columns:repeat(2,1fr);gap:.75rem;margin:.75rem 0 2.5rem}
@media(min-width:46rem){.tiles{grid-template-columns:repeat(4,1fr)}}
.tiles li,.card{padding:1rem 1.15rem;border:1px solid var(--line);border-radius:1rem;
background:var(--card)}
.tiles b{display:block;font-size:clamp(1.35rem,4.6vw,1.8rem);font-weight:700;line-height:1.2;
letter-spacing:-.02em}
.tiles span{color:var(--soft);font-size:.875rem}
.reasons{display:grid;gap:.75rem}
.reasons li{padding:1.1rem 1.25rem;border:1px solid var(--line);border-left:.4rem solid var(--stop);
border-radius:1rem;background:var(--card)}
.void .reasons li.own{border-left-color:var(--void)}
.partial .reasons li{border-left-color:var(--rest)}
.reasons li.noticed{border-left-width:1px;border-left-color:var(--line)}
.reasons h3{font-size:1.0625rem;font-weight:680}
.reasons li.noticed h3{font-weight:500;font-size:1rem}
.reasons .do{margin-top:.5rem}
.reasons .do b{display:block;font-size:.8125rem;color:var(--soft);font-weight:600}
.evidence{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin-top:.6rem}
.evidence span{padding:.1rem .6rem;border-radius:99px;font-size:.8125rem;color:var(--soft);
background:color-mix(in srgb,var(--ink) 6%,transparent)}
.evidence b{color:var(--ink);font-weight:650}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:1rem;background:var(--card)}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
th,td{padding:.6rem .5rem;text-align:right;vertical-align:top;border-top:1px solid var(--line);
font-weight:inherit;white-space:nowrap}
thead th{border-top:0;color:var(--soft);font-size:.8125rem;font-weight:600}
th:first-child{padding-left:1.15rem;text-align:left;white-space:normal;overflow-wrap:anywhere}
td:last-child,th:last-child{padding-right:1.15rem}
th small{display:block;color:var(--soft);font-size:.8125rem}
td.over{color:var(--bad);font-weight:700}
td small{color:var(--soft);font-weight:400}
@media screen and (max-width:34rem){tr{display:grid;
border-top:1px solid var(--line);padding:.5rem 1.15rem}
thead tr{border-top:0}th,td,td:last-child,th:last-child{border:0;padding:.1rem 0;text-align:left}
th:first-child{grid-column:1/-1;padding:0}thead th:first-child{display:none}
tr{grid-template-columns:repeat(var(--n),1fr)}td small{display:block}thead th{white-space:normal}}
:root{--bad:#b62f1c}@media(prefers-color-scheme:dark){:root{--bad:#ff8a76}}
.plots{display:grid;gap:.75rem}
@media(min-width:46rem){.plots{grid-template-columns:1fr 1fr}
.plots .plot:first-child{grid-column:1/-1}}
.plot{padding:1rem 1.15rem .8rem;border:1px solid var(--line);border-radius:1rem;
background:var(--card);break-inside:avoid}
.plot figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1rem;justify-content:space-between;
margin-bottom:.7rem;font-size:.9375rem}
.plot b{font-weight:650}
.plot ul{display:flex;flex-wrap:wrap;gap:0 .9rem;color:var(--soft);font-size:.8125rem}
.plot i{display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:.2em;
background:currentColor}
.axes{display:grid;grid-template-columns:auto 1fr;gap:.3rem .6rem;color:var(--soft);
font-size:.75rem;line-height:1}
.ticks,.times{display:flex;justify-content:space-between}
.ticks{flex-direction:column;text-align:right;min-width:2.6em;margin:-.5em 0}
.times{grid-column:2}
.field{position:relative;height:8.5rem}
.plot:first-child .field{height:clamp(9rem,24vw,14rem)}
.field svg{display:block;width:100%;height:100%;overflow:visible}
.field path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.grid{stroke:var(--line);stroke-width:1}
.line{stroke:currentColor;stroke-width:2}
.field .area{fill:currentColor;opacity:.16}
.mark{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 4}
.span{fill:var(--bad);opacity:.13}
.words{position:absolute;right:0;padding:.15rem 0;color:var(--bad);transform:translateY(-100%);
font-weight:600}
.words.below{transform:none}.words.away{top:0;padding:.4em;transform:none}
.hear{color:var(--hear)}.came{color:var(--came)}.bad{color:var(--bad)}.late{color:var(--late)}
.own{color:var(--own)}
li.own{color:inherit}
.two{display:grid;gap:.75rem}
@media(min-width:46rem){.two{grid-template-columns:1fr 1fr}}
.wide+.card{margin-top:.75rem}
.card h3{margin-bottom:.35rem;font-size:.9375rem;font-weight:650}
.card li{padding:.2rem 0}
.card li+li{border-top:1px solid var(--line)}
.facts{display:grid;grid-template-columns:auto 1fr;gap:.15rem 1.25rem;font-size:.9375rem}
.facts dt{color:var(--soft)}
.facts dd{overflow-wrap:anywhere}
pre{margin-top:.75rem;padding:1rem 1.15rem;border:1px solid var(--line);border-radius:1rem;
background:var(--card);font:.875rem/1.5 ui-monospace,"DejaVu Sans Mono",monospace;
white-space:pre-wrap;overflow-wrap:anywhere}
code{font:.9em ui-monospace,"DejaVu Sans Mono",monospace}
footer{margin-top:2.5rem;padding-bottom:2.5rem;color:var(--soft);font-size:.875rem}
footer p+p{margin-top:.4rem}
:focus-visible{outline:3px solid var(--hear);outline-offset:3px}
@media print{
:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--bad:#b62f1c;--hear:#2f6fb3;
--came:#b06a10;--late:#7a4fb0;--own:#53657a;--go:#1b7447;--stop:#c93a26;--void:#96600a}
@page{margin:14mm}
body{font-size:10pt}
header,main,footer{width:auto;padding:0}
.call{border:3px solid var(--tone);background:none;color:var(--ink);padding:1rem 1.25rem}
.call h1{font-size:44pt;color:var(--tone)}
.card,.reasons li,.limit,tr,.tiles{break-inside:avoid}
h2{break-after:avoid;margin-top:1.25rem}
.plots,.two{grid-template-columns:1fr 1fr}
.plot:first-child{grid-column:1/-1}
.tiles{grid-template-columns:repeat(4,1fr);margin-bottom:1.25rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""

SIGNS: Final = {
    "go": '<path d="M5 12.6l4.6 4.6L19.2 7"/>',
    "nogo": '<path d="M6.4 6.4l11.2 11.2M17.6 6.4L6.4 17.6"/>',
    "void": '<path d="M12 5.5v8.2M12 17.6v.9"/>',
    "partial": '<path d="M8.6 6.4v11.2M15.4 6.4v11.2"/>',
}
"""A sign for each call: who sees no colours knows it by its shape."""


def sign(tone: str) -> str:
    """Return the sign of a call, as inline SVG."""
    return (
        '<svg viewBox="3 3 18 18" aria-hidden="true" fill="none" stroke="currentColor" '
        f'stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round">{SIGNS[tone]}</svg>'
    )
