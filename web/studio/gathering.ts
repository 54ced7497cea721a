/** A core: the people of the room and the raised hands, as the page shows them. */

import type { Millis } from "../stream/backoff";
import { may, type Hand, type Member, type Role } from "./company";
import type { Speech } from "./speech";
import type { Studio } from "./state";

/** What can be done about somebody. */
export type Act = "role" | "ask" | "mute" | "near" | "move-back" | "remove" | "ban" | "report";

export interface PersonView {
  readonly member: string;
  readonly name: string;
  readonly role: Role;
  readonly words: string;
  readonly present: boolean;
  readonly near: boolean;
  readonly mine: boolean;
  readonly acts: readonly Act[];
}

export interface HandView {
  readonly hand: string;
  readonly place: string;
  readonly name: string;
  readonly words: string;
  /** May be invited. */
  readonly up: boolean;
}

export interface HandsView {
  readonly open: boolean;
  readonly head: string;
  readonly hands: readonly HandView[];
  readonly more: string;
  readonly canInvite: boolean;
  readonly count: number;
  readonly promise: string;
}

/** Seconds: an invitation holds for one minute. */
const LONGEST_ANSWER = 90;
const ORDER: readonly Role[] = ["owner", "host", "cohost", "speaker", "listener"];

/** Who is here comes first, then by role, then by name. */
export function peopleOf(studio: Studio, speech: Speech): readonly PersonView[] {
  const { company, seat } = studio;
  // The house keeps seats for a while, for who comes back; a stage that is over has nobody on it.
  const over = studio.room?.state === "ended";
  return company.members
    .map((member) => (over ? { ...member, onStage: false } : member))
    .sort(
      (one, other) =>
        Number(other.present || other.onStage) - Number(one.present || one.onStage) ||
        ORDER.indexOf(one.role) - ORDER.indexOf(other.role) ||
        one.name.localeCompare(other.name),
    )
    .map((member) => {
      const mine = member.member === seat && seat !== "";
      const name = speech.name(member.name);
      return {
        member: member.member,
        name: mine ? speech.say("you_suffix", { name }) : name,
        role: member.role,
        words: words(member, speech),
        present: member.present || member.onStage,
        near: member.near,
        mine,
        acts: actsOf(studio, member, mine),
      };
    });
}

function words({ role, acting, onStage, present, near }: Member, { say }: Speech): string {
  const where = onStage ? say("person_stage") : say(present ? "person_here" : "person_away");
  const all = [say(`role_${role}`), acting ? say("acting_host") : "", where];
  return [...all, near ? say("person_near") : ""].filter((each) => each !== "").join(" · ");
}

export function actsOf(studio: Studio, member: Member, mine: boolean): readonly Act[] {
  if (mine) return [];
  const { company, host } = studio;
  const allowed = (what: string) => may(company, host, what);
  const muted = studio.room?.muted.includes(member.member) ?? false;
  // A host answers to nobody but to those who may give and take roles.
  const above = member.role === "owner" || member.role === "host";
  const may_touch = !above || allowed("appoint");
  const speaker = member.role !== "listener";
  const acts: (readonly [Act, boolean])[] = [
    ["ask", allowed("ask_to_unmute") && member.onStage && muted],
    ["mute", allowed("mute") && member.onStage && !muted],
    ["role", allowed("appoint") && member.role !== "owner"],
    // A near seat that nobody's page would learn of is not offered.
    ["near", allowed("invite") && !speaker && (member.near || member.present)],
    ["move-back", allowed("move") && speaker && may_touch],
    ["remove", allowed("remove") && may_touch],
    ["ban", allowed("remove") && may_touch],
    ["report", allowed("report")],
  ];
  return acts.filter(([, can]) => can).map(([act]) => act);
}

/** Args: `now`: unix time. */
export function handsViewOf(studio: Studio, speech: Speech, now: Millis): HandsView | null {
  const { hands } = studio.company;
  if (hands === null) return null;
  const { say, name } = speech;
  const up = hands.hands.filter(({ state }) => state === "up" || state === "").length;
  return {
    open: hands.open,
    head: head(hands.count, hands.open, say),
    hands: hands.hands.map(({ hand, name: given, state, number, near }) => ({
      hand,
      place: String(number),
      name: name(given),
      words: handWords(studio, { hand, state, near }, speech, now),
      up: state === "up" || state === "" || state === "unanswered",
    })),
    more: hands.count > up ? say("hands_more", { count: hands.count - up }) : "",
    promise: hands.promise,
    canInvite: may(studio.company, studio.host, "invite"),
    count: hands.count,
  };
}

function handWords(
  { room }: Studio,
  { hand, state, near }: Pick<Hand, "hand" | "state" | "near">,
  { say }: Speech,
  now: Millis,
): string {
  switch (state) {
    case "called": {
      const left = Math.ceil(((room?.answerBy[hand] ?? 0) - now) / 1_000);
      const called = say(near ? "hand_called_near" : "hand_called");
      // A clock that goes wrong says nothing rather than nonsense.
      return left > 0 && left <= LONGEST_ANSWER ? say("hand_left", { called, count: left }) : called;
    }
    case "unanswered":
      return say("hand_unanswered");
    case "on_stage":
      return say("hand_on_stage");
    default:
      return "";
  }
}

function head(count: number, open: boolean, say: Speech["say"]): string {
  if (count > 0) return say("hands_count", { count });
  return say(open ? "hands_none" : "hands_closed");
}
