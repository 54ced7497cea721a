/** A shell: the alarm that is heard: two notes, again every two seconds while it lasts. */

const NOTES = [880, 660];
const EVERY = 2_000;

export class Beeper {
  #context: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.sound(false), { once: true });
  }

  sound(on: boolean): void {
    if (on === (this.#timer !== null)) return;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = on ? setInterval(() => this.#beep(), EVERY) : null;
    if (on) this.#beep();
  }

  #beep(): void {
    this.#context ??= new AudioContext();
    const context = this.#context;
    void context.resume();
    NOTES.forEach((pitch, index) => {
      const begins = context.currentTime + 0.05 + index * 0.22;
      const note = context.createOscillator();
      const loud = context.createGain();
      note.frequency.value = pitch;
      loud.gain.setValueAtTime(0, begins);
      loud.gain.linearRampToValueAtTime(0.15, begins + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.001, begins + 0.2);
      note.connect(loud).connect(context.destination);
      note.start(begins);
      note.stop(begins + 0.22);
    });
  }
}
