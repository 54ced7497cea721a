"""Real browsers: Debian's Chromium, driven from outside, with its sound recorded.

What a page plays or sends is tapped in the page's own audio graph and comes back as PCM
together with the time at which it sounded.
"""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import BrowserContext, Page, Playwright

from fullhouse.media import Pcm
from fullhouse.units import SAMPLE_RATE
from tests.coded_noise import HOP, WINDOW, find

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)

TAP = """
window.taps = {};
window.tap = async (stream, name = 'ear') => {
  const tapped = window.taps[name] = { pcm: [], start: 0 };
  const context = new AudioContext({ sampleRate: 48000 });
  await context.resume();
  const code = `registerProcessor('tap', class extends AudioWorkletProcessor {
    constructor() { super(); this.block = new Float32Array(4800); this.filled = 0; }
    process(inputs) {
      const samples = inputs[0][0] || new Float32Array(128);
      this.block.set(samples, this.filled);
      this.filled += 128;
      if (this.filled > 4800 - 128) {
        this.port.postMessage({ block: this.block.slice(0, this.filled), end: currentTime });
        this.filled = 0;
      }
      return true;
    }
  });`;
  const module = new Blob([code], { type: 'text/javascript' });
  await context.audioWorklet.addModule(URL.createObjectURL(module));
  const node = new AudioWorkletNode(context, 'tap');
  node.port.onmessage = (event) => {
    if (!tapped.start) {
      const now = performance.timeOrigin + performance.now();
      const ago = (context.currentTime - event.data.end) * 1000;
      tapped.start = now - ago - event.data.block.length / 48;
    }
    tapped.pcm.push(event.data.block);
  };
  context.createMediaStreamSource(stream).connect(node);
};
window.untap = (name) => {
  const tapped = window.taps[name];
  const total = tapped.pcm.reduce((sum, block) => sum + block.length, 0);
  const all = new Float32Array(total);
  let at = 0;
  for (const block of tapped.pcm) { all.set(block, at); at += block.length; }
  const bytes = new Uint8Array(all.buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += 32768)
    text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [tapped.start, btoa(text)];
};
"""
TAP_MICROPHONE = """
// Noise suppression would take coded noise for what it is.
const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  if (wish.audio) wish.audio = Object.assign(wish.audio === true ? {} : wish.audio, plain);
  const stream = await real(wish);
  window.microphone = stream;
  return stream;
};
"""


RETURNS = """
// What comes back from the stage, so that it can be tapped.
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  constructor(...words) {
    super(...words);
    this.addEventListener('track', ({ track }) => (window.returned = new MediaStream([track])));
  }
};
"""


SAMPLER = """
// Where the stream is, so that one sees later whether it has ever stood still.
window.samples = [];
setInterval(() => {
  const { audio } = fullhouse;
  samples.push([performance.now(), audio.currentTime, audio.muted]);
}, 20);
"""


@dataclass(frozen=True, slots=True)
class Taped:
    """What sounded in a page: from `start` (unix seconds) on."""

    start: float
    pcm: Pcm


@contextmanager
def chromium(
    playwright: Playwright,
    folder: Path,
    microphone: Path | None = None,
    *,
    binary: Path | None = None,
    trusts: str = "",
    csp: bool = False,
) -> Iterator[BrowserContext]:
    """Run a Chromium with a new profile.

    Args:
        microphone: the WAV file that it hears.
        binary: what is started in place of Debian's.
        trusts: an origin that is as good as https: pages from it get a microphone.
        csp: pages are held to their content security policy; taps then do not work.
    """
    path = str(binary or shutil.which("chromium") or "")
    assert path, "chromium is not installed: run make test as root once"
    arguments = list(ARGUMENTS)
    if trusts:
        arguments.append(f"--unsafely-treat-insecure-origin-as-secure={trusts}")
    if microphone is not None:
        arguments += [
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}",
        ]
    context = playwright.chromium.launch_persistent_context(
        str(folder),
        executable_path=path,
        headless=True,
        args=arguments,
        bypass_csp=not csp,
        permissions=["microphone"] if microphone else [],
    )
    context.add_init_script(TAP)
    if microphone is not None:
        context.add_init_script(TAP_MICROPHONE)
        context.add_init_script(RETURNS)
    try:
        yield context
    finally:
        context.close()


def taped(page: Page, name: str = "ear") -> Taped:
    """Return what one of the page's taps has recorded so far."""
    start, text = page.evaluate("name => untap(name)", name)
    return Taped(start / 1000, np.frombuffer(base64.b64decode(text), np.float32))


def go_on_stage(page: Page, link: str, name: str = "Ana") -> None:
    """Open the studio and take a seat."""
    enter_studio(page, link, name)
    page.get_by_role("button", name="Go on stage").click()


def enter_studio(page: Page, link: str, name: str = "Ana") -> None:
    """Open the studio and come in, but not on stage."""
    page.goto(link)
    page.get_by_label("Your name").fill(name)
    page.get_by_role("button", name="Enter the studio").click()


def press_listen(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Listen").click()


def longest_still(page: Page) -> float:
    """Return for how many seconds at the most the stream has stood still since `SAMPLER`."""
    samples = page.evaluate("samples")
    longest, moved_at, position = 0.0, samples[0][0], samples[0][1]
    for now, at, _muted in samples:
        if at != position:
            moved_at, position = now, at
        longest = max(longest, now - moved_at)
    return float(longest / 1000)


def latencies(spoken: Taped, heard: Taped) -> list[float]:
    """Return how many seconds after the microphone each window came out of the page."""
    ends = []
    for at in range(0, len(heard.pcm) - SAMPLE_RATE, SAMPLE_RATE):
        window = heard.pcm[at : at + WINDOW * 2]
        place = _place(spoken.pcm, window)
        if place is not None:
            ends.append((heard.start + at / SAMPLE_RATE) - (spoken.start + place / SAMPLE_RATE))
    return ends


def _place(sent: Pcm, window: Pcm) -> float | None:
    found = find(sent, window, HOP)
    return found.place * SAMPLE_RATE - found.first * SAMPLE_RATE if found.share else None
