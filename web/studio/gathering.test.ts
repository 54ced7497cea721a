import { expect, test } from "vitest";
import { NOBODY, type Member, type Role } from "./company";
import { actsOf, handsViewOf, peopleOf } from "./gathering";
import { room } from "./samples";
import { speechOf } from "./speech";
import { entering, type Studio } from "./state";

const EN = speechOf("en");
const person = (name: string, role: Role, more: Partial<Member> = {}): Member => ({
  member: `m-${name}`,
  name,
  role,
  present: true,
  acting: false,
  onStage: false,
  near: false,
  ...more,
});
const studio = (may: readonly string[], ...members: Member[]): Studio => ({
  ...entering("m-ana", 1),
  company: {
    ...NOBODY,
    members,
    me: { member: "m-ana", name: "ana", role: "cohost", acting: false, may },
  },
});

test("who is here comes first, then hosts, then names", () => {
  const all = studio(
    [],
    person("zoe", "speaker"),
    person("ana", "cohost"),
    person("ben", "host", { present: false }),
    person("cleo", "speaker", { onStage: true, acting: true }),
  );
  expect(peopleOf(all, EN).map(({ name, words }) => `${name}: ${words}`)).toEqual([
    "ana (you): co-host · here",
    "cleo: speaker · acting as host · on stage",
    "zoe: speaker · here",
    "ben: host · away",
  ]);
});

test("nobody is on a stage that is over", () => {
  const ana = person("ana", "host", { onStage: true });
  const words = (room: Studio["room"]) =>
    peopleOf({ ...studio([], ana), room }, EN).map((each) => each.words);
  expect(words(room("ended"))).toEqual(["host · here"]);
  expect(words(room("live"))).toEqual(["host · on stage"]);
});

test("nothing can be done about oneself, nor about a host by a co-host", () => {
  const may = ["mute", "ask_to_unmute", "move", "remove", "report"];
  const all = studio(may, person("ana", "cohost"), person("ben", "host", { onStage: true }));
  const acts = peopleOf(all, EN).map((each) => each.acts);
  expect(acts).toEqual([["mute", "report"], []]);
});

test("who is muted is asked, and not unmuted", () => {
  const ben = person("ben", "speaker", { onStage: true });
  const all = studio(["mute", "ask_to_unmute"], ben);
  expect(actsOf(all, ben, false)).toEqual(["mute"]);
});

const HANDS = {
  open: true,
  count: 60,
  promise: "abc",
  hands: [
    { hand: "b", name: "Lia", state: "called", number: 5, near: false },
    { hand: "c", name: "Mo", state: "called", number: 6, near: true },
    { hand: "a", name: "", state: "up", number: 7, near: false },
    { hand: "d", name: "Nia", state: "unanswered", number: 3, near: false },
  ],
};

test("hands are shown with what may be done, and the rest is counted", () => {
  const of = studio(["invite"]);
  const view = handsViewOf({ ...of, company: { ...of.company, hands: HANDS } }, EN, 0);
  expect(view).toMatchObject({ head: "60 hands are up", more: "and 59 more", canInvite: true });
  expect(view?.hands.map(({ name, words, up }) => [name, words, up])).toEqual([
    ["Lia", "invited", false],
    ["Mo", "invited near", false],
    ["Somebody", "", true],
    ["Nia", "did not answer in time", true],
  ]);
  expect(handsViewOf(of, EN, 0)).toBeNull();
});

test("who is invited is shown with the time that is left to answer", () => {
  const of = studio(["invite"]);
  const known = room("live", { answerBy: { b: 61_000, c: 900_000 } });
  const words = (now: number) =>
    handsViewOf({ ...of, room: known, company: { ...of.company, hands: HANDS } }, EN, now)
      ?.hands.slice(0, 2)
      .map((each) => each.words);
  expect(words(1_000)).toEqual(["invited, 60 seconds left", "invited near"]);
  expect(words(60_500)).toEqual(["invited, 1 second left", "invited near"]);
  expect(words(61_000)).toEqual(["invited", "invited near"]);
});

test("a near seat can be taken back, and is offered only where a page learns of it", () => {
  const all = (more: Partial<Member>) => {
    const lia = person("lia", "listener", more);
    return actsOf(studio(["invite"], lia), lia, false);
  };
  expect(all({ near: true })).toEqual(["near"]);
  expect(all({ present: true })).toEqual(["near"]);
  expect(all({ present: false })).toEqual([]);
});
