import { expect, test } from "vitest";
import { NOBODY, type Member, type Role } from "./company";
import { actsOf, handsViewOf, peopleOf } from "./gathering";
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

test("hands are shown with what may be done, and the rest is counted", () => {
  const hands = {
    open: true,
    count: 60,
    hands: [
      { hand: "a", name: "", state: "up", number: 4 },
      { hand: "b", name: "Lia", state: "called", number: 5 },
    ],
  };
  const of = studio(["invite"]);
  const view = handsViewOf({ ...of, company: { ...of.company, hands } }, EN);
  expect(view).toMatchObject({ head: "60 hands are up", more: "and 58 more", canInvite: true });
  expect(view?.hands.map(({ name, words, up }) => [name, words, up])).toEqual([
    ["Somebody", "", true],
    ["Lia", "invited", false],
  ]);
  expect(handsViewOf(of, EN)).toBeNull();
});
