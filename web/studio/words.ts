/** A core: the studio in words, as the page shows it. `banner` and `stance` say the first of them. */

import type { Millis } from "../stream/backoff";
import type { Playing } from "../stream/news";
import type { Flow } from "../stream/player";
import { banner, toneFor } from "./banner";
import { may, type Role } from "./company";
import * as connection from "./connection";
import type { Connection } from "./connection";
import { handsViewOf, peopleOf, type HandsView, type PersonView } from "./gathering";
import type { HouseRoom } from "./news";
import { planOf, type PlanView } from "./plan";
import { advice, seats, type SeatView } from "./seating";
import type { Speech } from "./speech";
import { badge, stanceOf, type Stance, type Tone } from "./stance";
import { isMuted, type MicrophoneTrouble, type Moved, type Notice, type Studio } from "./state";

export type { Tone } from "./stance";

export interface Said {
  readonly tone: Tone;
  readonly head: string;
  readonly more: string;
}

/** What comes out at the edge, as this page hears it. */
export interface Heard {
  readonly flow: Flow | "stopped";
  readonly playing: Playing | null;
  readonly names: readonly string[];
  readonly level: number;
  /** The level is what this page hears, not what the stage says. */
  readonly measured: boolean;
  /** Seconds from the stage to the listener's ear. */
  readonly behind: number | null;
}

/** What this person hears of the others. */
export interface Others extends Said {
  /** It takes a press. */
  readonly press: boolean;
}

export interface AlarmView {
  readonly head: string;
  readonly more: string;
  readonly title: string;
  /** What the button in it does; null: nothing can be done from here. */
  readonly act: "unmute" | "join" | "ask" | null;
  readonly press: string;
}

/** The host's next step, and the buttons for it. */
export interface VerbsView {
  readonly shown: boolean;
  readonly open: boolean;
  readonly live: boolean;
  readonly standDown: boolean;
  readonly end: boolean;
  /** The one to press next. */
  readonly next: "open" | "live" | null;
  readonly words: string;
}

export interface StudioView {
  readonly title: string;
  readonly stance: Stance;
  readonly word: string;
  readonly badge: { readonly tone: Tone; readonly text: string };
  readonly when: string;
  readonly listeners: string;
  readonly counts: readonly (readonly [count: string, what: string])[];
  /** This page is one of those who are counted. */
  readonly counted: string;
  readonly banner: Said;
  /** Something keeps this person from being heard, or from being here. */
  readonly troubled: boolean;
  readonly alarm: AlarmView | null;
  readonly loud: boolean;
  readonly asked: { readonly head: string; readonly more: string } | null;
  readonly acting: string;
  readonly role: string;
  readonly notice: string;
  readonly house: string;
  readonly join: { readonly text: string; readonly off: boolean; readonly leaves: boolean };
  readonly mute: { readonly text: string; readonly shown: boolean; readonly muted: boolean };
  readonly seats: readonly SeatView[];
  readonly canMuteAll: boolean;
  readonly connection: Connection;
  readonly others: Others;
  readonly advice: string;
  readonly music: boolean;
  readonly heard: Said & { readonly level: number };
  readonly verbs: VerbsView;
  readonly people: readonly PersonView[];
  readonly hands: HandsView | null;
  readonly plan: PlanView | null;
  /** May make links for these roles. */
  readonly invites: readonly Role[];
  readonly canRemove: boolean;
  /** The link has opened a room. */
  readonly opened: boolean;
  readonly listen: string;
  /** Where one may go from here: on as a listener, or in by a sign-in. */
  readonly onward: { readonly href: string; readonly text: string } | null;
  /** The check before the stage is of use now. */
  readonly canCheck: boolean;
}

/** Args: `here`: the visitor's time zone; `now`: unix time. */
export function viewOf(
  studio: Studio,
  heard: Heard,
  speech: Speech,
  here: string,
  now: Millis,
): StudioView {
  const { room, company, host } = studio;
  const { say } = speech;
  const allowed = (what: string) => may(company, host, what);
  const said = banner(studio, heard, speech);
  const stance = stanceOf(studio);
  return {
    title: room?.title ?? "",
    stance,
    word: say(`word_${stance}`),
    badge: badge(room, speech),
    when: when(room, speech),
    listeners: listeners(studio.listeners, heard, say),
    counts: counts(studio, say),
    counted: isCounted(studio.listeners, heard) ? say("counted_with") : "",
    banner: { ...said, tone: toneFor(studio, said) },
    troubled: said.tone === "trouble",
    alarm: alarm(studio, say, allowed("ask_to_unmute")),
    loud: studio.alarm.loud,
    asked: asked(studio, speech),
    acting: acting(studio, speech),
    role: role(studio, say),
    notice: notice(studio, speech),
    house: house(studio, say),
    join: joining(studio, say),
    mute: muting(studio, say),
    seats: seats(studio, speech),
    canMuteAll: allowed("mute") && (studio.stage?.seats.length ?? 0) > 0,
    connection: connection.own(studio, say),
    others: others(studio, speech),
    advice: advice(studio, speech),
    music: studio.music,
    heard: hearing(heard, speech),
    verbs: verbs(room, allowed, say),
    people: peopleOf(studio, speech),
    hands: allowed("see_hands") ? handsViewOf(studio, speech, now) : null,
    plan: allowed("plan") ? planOf(room, here, speech) : null,
    invites: invites(allowed),
    canRemove: allowed("remove"),
    opened: studio.house !== "wrong-key" && studio.house !== "no-room" && studio.letGo === null,
    listen: studio.listen,
    onward: onward(studio, say),
    canCheck: studio.me.tag === "off" && !studio.elsewhere && room !== null,
  };
}

type SayIt = Speech["say"];
type Allowed = (what: string) => boolean;

function invites(allowed: Allowed): readonly Role[] {
  if (!allowed("invite")) return [];
  return allowed("appoint") ? ["speaker", "cohost", "host"] : ["speaker"];
}

function when(room: HouseRoom | null, { say, tell }: Speech): string {
  if (room === null) return say("when");
  const waits = room.state === "scheduled" || room.state === "doors";
  const start = room.starts ?? room.next;
  if (start === null || !waits || room.cancelled) return say("when");
  return say(room.late ? "when_late" : "when_starts", { when: tell(start) });
}

/** This page listens too, and is counted: a number must be one that can be explained. */
function listeners(count: number | null, heard: Heard, say: SayIt): string {
  if (count === null) return "";
  return isCounted(count, heard) ? say("listening_with_page", { count }) : say("listening", { count });
}

function isCounted(count: number | null, { flow }: Heard): boolean {
  return count !== null && count > 0 && (flow === "playing" || flow === "blocked");
}

function counts({ listeners, company }: Studio, say: SayIt): StudioView["counts"] {
  const number = (count: number | null) => (count === null ? "–" : say("number", { count }));
  const all: (readonly [string, string])[] = [[number(listeners), say("count_listening")]];
  if (company.waiting !== null) all.push([number(company.waiting), say("count_waiting")]);
  if (company.leaving !== null) all.push([number(company.leaving), say("count_leaving")]);
  return all;
}

function alarm(studio: Studio, say: SayIt, mayAsk: boolean): AlarmView | null {
  const { shown } = studio.alarm;
  if (shown === null) return null;
  const air = studio.room?.state !== "doors";
  const muted = shown === "all-muted";
  const head = muted
    ? say(air ? "alarm_all_air" : "alarm_all_armed")
    : say(air ? "alarm_nobody_air" : "alarm_nobody_armed");
  const title = say(muted ? "alarm_title" : "alarm_title_nobody");
  if (studio.me.tag === "on" && isMuted(studio))
    return { head, title, act: "unmute", more: say("alarm_do_unmute"), press: say("unmute") };
  if (studio.me.tag === "off" && !muted)
    return { head, title, act: "join", more: say("alarm_do_join"), press: say("go_on_stage") };
  if (muted && mayAsk)
    return { head, title, act: "ask", more: say("alarm_do_ask"), press: say("ask_unmute") };
  return { head, title, act: null, more: say("alarm_do_wait"), press: "" };
}

function asked(studio: Studio, { say, name }: Speech): StudioView["asked"] {
  if (studio.asked === null) return null;
  const state = studio.room?.state;
  const air = state === "live" || state === "silent" || studio.room?.armed === true;
  const more = say(air ? "asked_more" : "asked_more_backstage");
  return { head: say("asked_to_unmute", { by: name(studio.asked.by) }), more };
}

function acting({ company }: Studio, { say, name }: Speech): string {
  if (company.me?.acting !== true) return "";
  const host = company.members.find(({ role }) => role === "host" || role === "owner");
  return host === undefined ? say("acting") : say("acting_for", { name: name(host.name) });
}

function role({ company: { me } }: Studio, say: SayIt): string {
  if (me === null) return "";
  const role = say(`role_${me.role}`);
  return me.acting ? `${role}, ${say("acting_host")}` : role;
}

function onward({ letGo, house, listen }: Studio, say: SayIt): StudioView["onward"] {
  if (letGo?.why === "moved_back" && listen !== "") return { href: listen, text: say("onward") };
  return letGo === null && house === "wrong-key" ? { href: "/", text: say("to_sign_in") } : null;
}

function joining(studio: Studio, say: SayIt): StudioView["join"] {
  const shut = studio.house === "wrong-key" || studio.house === "no-room";
  const leaves = studio.me.tag !== "off";
  const text = leaves ? say("leave_stage") : say(studio.elsewhere ? "take_back" : "go_on_stage");
  return { text, off: shut || studio.letGo !== null || studio.room === null, leaves };
}

function muting(studio: Studio, say: SayIt): StudioView["mute"] {
  const silent = isMuted(studio);
  const shown = studio.me.tag !== "off" && studio.me.tag !== "asking";
  return { text: say(silent ? "unmute" : "mute"), shown, muted: silent };
}

/** What the banner says already is not said twice. */
function notice({ notice, me }: Studio, speech: Speech): string {
  const gone = notice?.tag === "microphone" && notice.trouble === "gone";
  return notice === null || (gone && me.tag === "on") ? "" : noticed(notice, speech);
}

function house(studio: Studio, say: SayIt): string {
  if (studio.house !== "away" || studio.lostSince !== null || studio.letGo !== null) return "";
  // The banner of one who is not on stage says it already.
  return studio.me.tag === "off" ? "" : say("house_away");
}

/** What this person hears of the others on stage. */
export function others(studio: Studio, { say }: Speech): Others {
  const { me, stage, seat, back, blocked } = studio;
  const quiet = { press: false };
  if (me.tag === "off" || me.tag === "asking")
    return { ...rest("", say("hear_on_stage")), ...quiet };
  if (me.tag !== "on" || !me.proven || me.lostAt !== null)
    return { ...notYet(studio, say), ...quiet };
  if (blocked) return { ...trouble(say("hear_not"), say("hear_press")), press: true };
  if (back.others.tag !== "on" || back.others.movedAt === null)
    return back.misses === 0
      ? { ...rest(say("one_moment"), say("hear_soon")), ...quiet }
      : { ...trouble(say("hear_not"), why(studio, say)), ...quiet };
  const alone = stage?.seats.every((each) => each.seat === seat || !each.connected) ?? true;
  return alone
    ? { ...rest(say("hear_alone"), say("hear_alone_more")), ...quiet }
    : { tone: "good", head: say("hear_good"), more: "", ...quiet };
}

function notYet(studio: Studio, say: SayIt): Said {
  return studio.lostSince === null && studio.misses === 0
    ? rest(say("one_moment"), say("hear_later"))
    : trouble(say("hear_not"), say("hear_return"));
}

function why(studio: Studio, say: SayIt): string {
  const { refusal } = studio.back;
  return refusal === "" ? say("hear_again") : say("hear_again_why", { why: refusal });
}

/** What a listener hears right now. */
export function hearing(heard: Heard, speech: Speech): Said & { level: number } {
  const { level } = heard;
  const { say } = speech;
  switch (heard.flow) {
    case "stopped":
    case "connecting":
      return { ...rest(say("ear_wait"), ""), level };
    case "reconnecting":
    case "full":
      return { ...trouble(say("ear_unknown"), say("ear_edge")), level: -100 };
    case "unknown":
      return { ...trouble(say("ear_unknown"), say("ear_room")), level: -100 };
    case "unfit":
    case "blocked":
    case "playing":
      return { ...ears(heard, speech), level };
  }
}

function ears(heard: Heard, { say, speaking }: Speech): Said {
  const behind = source(heard, say);
  switch (heard.playing) {
    case "sound": {
      const names = speaking(heard.names);
      const head = names === "" ? say("ear_nobody") : names;
      return { tone: names === "" ? "rest" : "air", head, more: behind };
    }
    case "hold":
      return { tone: "wait", head: say("ear_hold"), more: behind };
    case "silence":
      return { tone: "rest", head: say("ear_silence"), more: behind };
    case null:
      return { tone: "rest", head: say("ear_not_yet"), more: "" };
  }
}

/** Whether this page hears it itself, and how late. */
function source(heard: Heard, say: SayIt): string {
  if (heard.flow === "unfit") return say("ear_unfit");
  if (!heard.measured) return say("ear_unmeasured");
  if (heard.behind === null) return "";
  return say("ear_behind", { seconds: Math.max(0, heard.behind).toFixed(1) });
}

function verbs(room: HouseRoom | null, allowed: Allowed, say: SayIt): VerbsView {
  const could = possible(room);
  const [open, live] = [could.open && allowed("open"), could.live && allowed("go_live")];
  const next = room?.state === "doors" ? "live" : "open";
  return {
    shown: allowed("open") || allowed("go_live") || allowed("end"),
    open,
    live,
    // A room without a start begins by voice, whatever its host would rather.
    standDown: room?.state === "doors" && room.armed && room.starts !== null && allowed("go_live"),
    end: could.end && allowed("end"),
    next: (next === "live" ? live : open) ? next : null,
    words: step(room, say),
  };
}

function possible(room: HouseRoom | null): Readonly<Record<"open" | "live" | "end", boolean>> {
  switch (room?.state) {
    case undefined:
      return { open: false, live: false, end: false };
    case "scheduled":
    case "ended":
      return { open: true, live: true, end: false };
    case "doors":
      return { open: false, live: !room.armed, end: true };
    case "live":
    case "silent":
    case "interrupted":
      return { open: false, live: false, end: true };
  }
}

function step(room: HouseRoom | null, say: SayIt): string {
  switch (room?.state) {
    case undefined:
      return "";
    case "scheduled":
      return say("step_scheduled");
    case "doors":
      return say(room.armed ? "step_armed" : "step_doors");
    case "live":
    case "silent":
    case "interrupted":
      return say("step_air");
    case "ended":
      return say("step_ended");
  }
}

export function noticed(notice: Notice, { say, name, refused }: Speech): string {
  switch (notice.tag) {
    case "microphone":
      return say(MICROPHONE[notice.trouble]);
    case "refused": {
      const message = refused(notice.code, notice.message);
      if (notice.code === "wrong_state") return say("not_now", { message });
      return message || say("refused");
    }
    case "unmuted-nowhere":
      return say("untold");
    case "report-sent":
      return say("report_sent");
    case "told":
      return say(notice.what, { by: name(notice.by) });
    case "moved":
      return movement(notice.moved, say);
  }
}

function movement({ what, from, to, back }: Moved, say: SayIt): string {
  const mic = what === "microphone";
  const quoted = (device: string) => say("quoted", { name: device });
  const now = to === "" ? say(mic ? "usual_microphone" : "usual_output") : quoted(to);
  const old = from === "" ? say(mic ? "device_microphone" : "device_output") : quoted(from);
  if (back) return say(mic ? "microphone_back" : "output_back", { now });
  return say(mic ? "microphone_moved" : "output_moved", { old, now });
}

const MICROPHONE = {
  denied: "mic_denied",
  missing: "mic_missing",
  busy: "mic_busy",
  insecure: "mic_insecure",
  gone: "mic_gone",
  unknown: "mic_unknown",
} as const satisfies Readonly<Record<MicrophoneTrouble, string>>;

/** What a meter says of one's own loudness, dBFS RMS of the last moments' loudest. */
export function soundcheck(loudest: number, muted: boolean, say: SayIt, stage = ""): string {
  if (muted) return say(loudest < -42 ? "check_muted" : "check_muted_speaking");
  if (stage !== "") return stage;
  if (loudest < -65) return say("check_nothing");
  if (loudest < -42) return say("check_quiet");
  return say(loudest > -6 ? "check_loud" : "check_good");
}

export function confirmation(listeners: number | null, say: SayIt): string {
  if (listeners === null || listeners === 0) return say("ending_some");
  return say("ending_known", { count: listeners });
}

function rest(head: string, more: string): Said {
  return { tone: "rest", head, more };
}

function trouble(head: string, more: string): Said {
  return { tone: "trouble", head, more };
}
