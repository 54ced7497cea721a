/**
 * A shell: the studio. Carries inputs to `state`, does what comes back, shows `words`.
 *
 * The link is /studio/{slug}#{secret}: the secret stays in the browser, goes out in headers only,
 * and is cleaned from the address. `window.studio.stats()` is for operators and tests.
 */

import { seed } from "../stream/chance";
import { pulse } from "../stream/pulse";
import { defineLevelMeter } from "../view/level-meter";
import { fill, offer } from "../words/fill";
import { keep, language as wanted } from "../words/kept";
import type { Language } from "../words/language";
import { Beeper } from "./beeper";
import { handsOf, may, membersOf, myselfOf, noticeOf } from "./company";
import { loudness, own } from "./connection";
import { Entrance, type Pass } from "./entrance";
import { Gear, type Shown } from "./gear";
import { House, refusing, type Answer } from "./house";
import { bansOf, invitationsOf, linkOf, reportsOf } from "./kept-out";
import { lasting, passing, recall, remember } from "./memory";
import { Monitor } from "./monitor";
import { countsOf, openedOf, qualityOf, roomOf, stageOf } from "./news";
import { drawsOf } from "./draws";
import type { Order } from "./orders";
import { flows } from "./others";
import { Page, type Presses } from "./page";
import { audio, part, select, set } from "./parts";
import { ownZone } from "./plan-card";
import { checked, preflightOf, UNCHECKED, type PreflightInput } from "./preflight";
import { Rival } from "./rival";
import { Sessions } from "./sessions";
import { speechOf, type Speech } from "./speech";
import { entering, isMuted, next, type Effect, type Input } from "./state";
import { confirmation, noticed, soundcheck, viewOf, type Heard } from "./words";

declare global {
  interface Window {
    studio: { stats(): Readonly<Record<string, unknown>>; audio: HTMLAudioElement };
  }
}

/** Bytes: the house takes no larger file. */
const MOST_OF_A_HOLD = 20 * 1_048_576;

const SILENT: Heard = {
  flow: "stopped",
  playing: null,
  names: [],
  level: -100,
  measured: false,
  behind: null,
};

class Studio {
  readonly audio = audio("return");
  readonly #house: House;
  readonly #page: Page;
  readonly #gear: Gear;
  readonly #sessions: Sessions;
  readonly #rival: Rival;
  readonly #beeper: Beeper;
  #speech: Speech;
  #monitor: Monitor | null = null;
  #state;
  #flight = UNCHECKED;
  #trial = new AbortController();
  #beeps = recall(lasting, "beep") !== "off";
  #loudest = -100;

  constructor(
    readonly slug: string,
    readonly pass: Pass,
    readonly entrance: Entrance,
    language: Language,
    readonly signal: AbortSignal,
  ) {
    const { key, member } = pass;
    const step = (input: Input) => this.#step(input);
    const seat = member === "" ? recall(passing, `seat-${slug}`) : member;
    this.#state = entering(seat, seed(), recall(lasting, "music") === "on");
    this.#speech = speechOf(language);
    this.#house = new House(slug, key, signal);
    this.#page = new Page(this.#presses(), () => this.#speech, signal);
    this.#page.showName(pass.name);
    this.#page.showBeep(this.#beeps);
    this.#beeper = new Beeper(signal);
    const rival = (other: string) => {
      if (other !== "" && other === this.#state.seat) step({ tag: "elsewhere" });
    };
    this.#rival = new Rival(slug, rival, signal);
    const relayOnly = new URLSearchParams(location.search).has("relay");
    this.#sessions = new Sessions({ slug, key, member, relayOnly }, step, (stream) => {
      if (stream === null) this.#gear.output.stop();
      else void this.#gear.output.play(stream);
    });
    const track = (sent: MediaStreamTrack) => this.#sessions.replace(sent);
    const show = (shown: Shown) => this.#page.showGear(shown);
    this.#gear = new Gear(this.audio, { step, track, show }, signal);
    this.#watch(signal);
    this.#fly({ tag: "stop" });
    if (pass.shut !== null) step({ tag: "house", house: pass.shut });
    else {
      void this.#follow();
      void this.#sessions.askRelays();
    }
  }

  #presses(): Presses {
    const order = (made: Order) => this.#step({ tag: "order", order: made });
    return {
      language: (language) => this.#speak(language),
      join: (leaves) => this.#step({ tag: leaves ? "leave" : "join" }),
      mute: (sure) => this.#step({ tag: "mute", sure }),
      answer: (unmute) => this.#step({ tag: "answer", unmute }),
      muteSeat: (seat, muted) => this.#step({ tag: "mute-seat", seat, muted }),
      askSeat: (member) => order({ tag: "ask-to-unmute", member }),
      askAll: () => this.#askAll(order),
      gain: (seat, db) => this.#step({ tag: "gain", seat, db }),
      order,
      hold: (file) => void this.#sendHold(file),
      look: () => void this.#look(),
      lookAtDraws: () => void this.#lookAtDraws(),
      tryMicrophone: () => void this.#gear.take(),
      microphone: (device) => void this.#gear.chooseMicrophone(device),
      music: (on) => this.#step({ tag: "music", on }),
      beep: (on) => {
        this.#beeps = on;
        remember(lasting, "beep", on ? "" : "off");
      },
      output: (device) => void this.#gear.chooseOutput(device),
      askForOutput: () => void this.#gear.askForOutput(),
      testOutput: () => this.#gear.output.test(),
      ending: () => confirmation(this.#state.listeners, this.#speech.say),
      preflight: {
        start: () => void this.#check(),
        stop: () => this.#fly({ tag: "stop" }),
        headphones: (on) => this.#fly({ tag: "headphones", on }),
      },
    };
  }

  #watch(signal: AbortSignal): void {
    for (const press of ["pointerdown", "keydown", "click"])
      document.addEventListener(press, () => this.#wake(), { signal, capture: true });
    window.addEventListener("pagehide", () => this.#step({ tag: "away" }), { signal });
    window.addEventListener("hashchange", () => location.reload(), { signal });
    const network = () => this.#step({ tag: "network", online: navigator.onLine });
    for (const change of ["online", "offline"])
      window.addEventListener(change, network, { signal });
    document.addEventListener("visibilitychange", () => this.#house.hurry(), { signal });
    watchNetwork(network, signal);
    pulse(250, () => void this.#beat(), signal);
    const timer = setInterval(() => this.#meters(), 80);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  }

  stats(): Readonly<Record<string, unknown>> {
    const { me, back, seat, house, room, stage, listeners } = this.#state;
    const { others } = back;
    const { say } = this.#speech;
    const connection = own(this.#state, say);
    return {
      me: me.tag,
      connected: me.tag === "on" && me.lostAt === null,
      hearing: flows(back, performance.now()),
      returnPackets: others.tag === "on" ? others.packets : 0,
      reconnects: this.#state.reconnects,
      connectionWord: connection.words,
      connectionLevel: connection.level,
      blocked: this.#state.blocked,
      outputs: this.#gear.outputs.map(({ label }) => label),
      output: this.#gear.output.sink,
      music: this.#state.music,
      seat,
      session: this.#state.session,
      elsewhere: this.#state.elsewhere,
      alarm: this.#state.alarm.shown,
      role: this.#state.company.me?.role ?? null,
      acting: this.#state.company.me?.acting ?? false,
      muted: isMuted(this.#state),
      house,
      state: room?.state ?? null,
      armed: room?.armed ?? null,
      instance: stage?.instance ?? null,
      seats: stage?.seats.length ?? 0,
      listeners,
      attempts: this.#state.attempts,
      returns: back.attempt,
      level: this.#gear.microphone.level(),
      monitor: this.#monitor?.stats() ?? null,
    };
  }

  async #beat(): Promise<void> {
    await this.#sessions.count();
    this.#step({ tag: "tick" });
  }

  #step(input: Input): void {
    const [state, effects] = next(this.#state, input, performance.now());
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    if (state.letGo !== null) this.#house.rest();
    if (state.listen !== "") this.#monitor ??= new Monitor(state.listen, this.signal);
    this.#beeper.sound(this.#beeps && state.alarm.loud);
    this.#show();
  }

  #perform(effect: Effect): void {
    switch (effect.tag) {
      case "take-microphone":
        void this.#gear.take();
        break;
      case "session":
        this.#talk(effect);
        break;
      case "drop":
        this.#sessions.drop(effect.attempt, effect.leaves);
        break;
      case "hear":
        remember(passing, `seat-${this.slug}`, effect.seat);
        void this.#sessions.hear(effect.attempt, effect.seat, this.#state);
        break;
      case "unhear":
        this.#sessions.unhear(effect.attempt, effect.leaves);
        break;
      case "quiet":
        this.#gear.output.stop();
        break;
      case "claim":
        this.#fly({ tag: "stop" });
        this.#rival.claim(this.#state.seat);
        break;
      case "hurry":
        this.#house.hurry();
        break;
      case "sound":
        this.#gear.microphone.turn(effect.on);
        break;
      case "music":
        this.#sessions.spend(effect.on);
        void this.#gear.setMusic(effect.on);
        break;
      case "tell-mute":
        void this.#tellMute(effect.seat, effect.muted);
        break;
      case "tell-gain":
        void this.#tellGain(effect.seat, effect.db);
        break;
      case "order":
        void this.#order(effect.order);
        break;
    }
  }

  async #follow(): Promise<void> {
    await this.#house.follow(
      (event, data) => this.#hear(event, data),
      (why) => this.#lose(why),
    );
  }

  #lose(why: Answer): void {
    const house = refusing(why) ?? "away";
    // A token that was good once and is not any more: another link may be.
    if (house === "wrong-key" && this.pass.member !== "") this.entrance.forget();
    this.#step({ tag: "house", house });
  }

  #hear(event: string, data: string): void {
    const input = newsOf(event, data);
    if (input !== null) this.#step(input);
    if (input?.tag === "myself" && input.me.name !== "") this.#page.showName(input.me.name);
    // The links come with the whole answer only; it is asked for until it has been had.
    if (event === "room" && this.#state.listen === "") void this.#open();
  }

  async #open(): Promise<void> {
    const opened = openedOf((await this.#house.room()).json);
    if (opened !== null) this.#step({ tag: "opened", opened });
  }

  #talk(effect: Extract<Effect, { readonly tag: "session" }>): void {
    const { track } = this.#gear.microphone;
    if (track === null) return this.#step({ tag: "no-microphone", trouble: "gone" });
    void this.#sessions.speak(effect, this.#state, track, this.pass.name);
  }

  async #tellMute(seat: string, muted: boolean): Promise<void> {
    const { status, code, message } = await this.#house.mute(seat, muted);
    this.#step({ tag: "told-mute", seat, muted, done: status === 200, code, message });
  }

  async #tellGain(seat: string, db: number): Promise<void> {
    const { status, code, message } = await this.#house.gain(seat, db);
    if (status !== 200) this.#step({ tag: "order-refused", code, message });
  }

  async #order(order: Order): Promise<void> {
    const { status, code, message, json } = await this.#house.order(order);
    if (status < 200 || status > 299)
      return this.#step({ tag: "order-refused", code, message });
    if (order.tag === "report") this.#step({ tag: "reported" });
    if (order.tag === "draw") await this.#lookAtDraws();
    if (order.tag === "invite") this.#page.people.invited(linkOf(json), order.name);
    if (order.tag === "report") this.#page.people.reported(order.why);
    if (["invite", "revoke", "unban", "ban", "report"].includes(order.tag)) await this.#look();
  }

  #askAll(order: (order: Order) => void): void {
    const { stage, room } = this.#state;
    for (const { seat, connected } of stage?.seats ?? [])
      if (connected && seat.startsWith("m-") && room?.muted.includes(seat))
        order({ tag: "ask-to-unmute", member: seat });
  }

  /** Asks for what the house tells only when asked. */
  async #look(): Promise<void> {
    if (!may(this.#state.company, this.#state.host, "remove")) return;
    const of = async (what: string) => (await this.#house.list(what)).json;
    const [open, bans, reports] = [of("invitations"), of("bans"), of("reports")];
    this.#page.people.lists(
      invitationsOf(await open),
      bansOf(await bans),
      reportsOf(await reports),
    );
  }

  async #lookAtDraws(): Promise<void> {
    const draws = drawsOf((await this.#house.list("hands/draws")).json);
    if (draws !== null) this.#page.hands.draws(draws, this.#house.address("hands/draws"));
  }

  async #sendHold(file: File): Promise<void> {
    const { say } = this.#speech;
    const { name, size } = file;
    if (size > MOST_OF_A_HOLD) {
      const [had, most] = [Math.ceil(size / 1_048_576), MOST_OF_A_HOLD / 1_048_576];
      return this.#page.plan.holding(say("hold_too_large", { name, size: had, most }));
    }
    const sent = (share: number) => {
      const percent = Math.floor(share * 100);
      const words = share < 1 ? say("hold_sent", { name, percent }) : say("hold_working", { name });
      this.#page.plan.holding(words);
    };
    this.#page.plan.holding(say("hold_sending", { name }));
    const { status, code, message } = await this.#house.hold(file, sent);
    const done = status >= 200 && status < 300;
    const why = noticed({ tag: "refused", code, message }, this.#speech);
    this.#page.plan.holding(done ? say("hold_done") : why);
  }

  /** Ten seconds: what the microphone brings, and how good the way to the stage is. */
  async #check(): Promise<void> {
    await this.#gear.take();
    this.#trial.abort();
    this.#trial = new AbortController();
    const { signal } = this.#trial;
    const { hears, device } = this.#gear.microphone;
    this.#fly({ tag: "start" });
    this.#fly({ tag: "device", device: hears ? device.label : null });
    const network = await this.#sessions.try(this.#state, this.pass.name, signal);
    if (!signal.aborted) this.#fly({ tag: "network", network });
  }

  #fly(input: PreflightInput): void {
    if (input.tag === "stop") this.#trial.abort();
    this.#flight = checked(this.#flight, input, performance.now());
    this.#page.preflight.show(preflightOf(this.#flight, this.#speech));
  }

  #speak(language: Language): void {
    keep(language);
    this.#speech = speechOf(language);
    this.#page.speak();
    this.#fly({ tag: "sample", sample: { level: -100, clips: false } });
    this.#show();
  }

  #wake(): void {
    this.#monitor?.wake();
    this.#gear.microphone.wake();
    void this.#gear.output.wake();
  }

  #heard(): Heard {
    return this.#monitor?.heard() ?? SILENT;
  }

  #show(): void {
    this.#page.show(viewOf(this.#state, this.#heard(), this.#speech, ownZone(), Date.now()));
  }

  #meters(): void {
    const { microphone } = this.#gear;
    const level = microphone.level();
    if (this.#flight.stage === "running")
      this.#fly({ tag: "sample", sample: { level, clips: microphone.clips() } });
    // Falls by 15 dB a second: between two words it is still the loudness of the voice.
    this.#loudest = Math.max(level, this.#loudest - 1.2);
    const state = this.#state;
    const { say } = this.#speech;
    const there = state.me.tag === "on" ? loudness(state.speakers.get(state.seat), say) : "";
    const words = state.microphone ? soundcheck(this.#loudest, isMuted(state), say, there) : "";
    this.#page.showLevel(level, words, state.microphone);
  }
}

/** Returns what an event of the house's says, null for what this page does not know. */
function newsOf(event: string, data: string): Input | null {
  switch (event) {
    case "room": {
      const room = roomOf(data);
      return room && { tag: "room", room };
    }
    case "stage": {
      const stage = stageOf(data);
      return stage && { tag: "stage", stage };
    }
    case "quality": {
      const speakers = qualityOf(data);
      return speakers && { tag: "quality", speakers };
    }
    case "listeners": {
      const counts = countsOf(data);
      return counts && { tag: "listeners", counts };
    }
    default:
      return peopleNewsOf(event, data);
  }
}

function peopleNewsOf(event: string, data: string): Input | null {
  switch (event) {
    case "people": {
      const members = membersOf(data);
      return members && { tag: "people", members };
    }
    case "hands": {
      const hands = handsOf(data);
      return hands && { tag: "hands", hands };
    }
    case "me": {
      const me = myselfOf(data);
      return me && { tag: "myself", me };
    }
    case "notice": {
      const notice = noticeOf(data);
      return notice && { tag: "notice", notice };
    }
    default:
      return null;
  }
}

/** Tells when the device goes from one kind of network to another, where the browser says so. */
function watchNetwork(changed: () => void, signal: AbortSignal): void {
  const { connection } = navigator as { readonly connection?: EventTarget & { type?: string } };
  let kind = connection?.type;
  const look = () => {
    if (connection?.type === kind) return;
    kind = connection?.type;
    changed();
  };
  connection?.addEventListener("change", look, { signal });
}

/** The door first, in the visitor's language; then the studio behind it. */
async function open(signal: AbortSignal): Promise<void> {
  let language = wanted();
  const speak = (chosen: Language) => {
    language = chosen;
    const { text } = speechOf(chosen);
    fill(document, chosen, text);
    keep(chosen);
  };
  const slug = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  const door = new AbortController();
  fill(document, language, speechOf(language).text);
  offer(select("language"), language, speak, door.signal);
  const main = document.querySelector("main");
  if (main !== null) main.hidden = false;
  const entrance = new Entrance(slug, () => speechOf(language), door.signal);
  set(part("title"), slug);
  part("banner").hidden = true;
  const pass = await entrance.pass();
  door.abort();
  part("banner").hidden = false;
  const studio = new Studio(slug, pass, entrance, language, signal);
  window.studio = { stats: () => studio.stats(), audio: studio.audio };
}

defineLevelMeter();
window.studio = { stats: () => ({ me: "outside" }), audio: audio("return") };
void open(new AbortController().signal);
