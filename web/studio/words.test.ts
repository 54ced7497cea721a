import { describe, expect, test } from "vitest";
import type { RoomState } from "../stream/news";
import { NOBODY } from "./company";
import type { Seat, Stage } from "./news";
import { NO_RETURN } from "./others";
import type { Me, Studio } from "./state";
import { banner } from "./banner";
import { ON, room, studio as studioIn } from "./samples";
import { speechOf } from "./speech";
import { badge } from "./stance";
import { hearing, noticed, others, soundcheck, viewOf as view, type Heard } from "./words";

const EN = speechOf("en");
const viewOf = (of: Studio, heard: Heard) => view(of, heard, EN, "UTC", 0);

const STATES: readonly RoomState[] = [
  "scheduled",
  "doors",
  "live",
  "silent",
  "interrupted",
  "ended",
];
const MES: readonly Me[] = [
  { tag: "off" },
  { tag: "asking" },
  { tag: "joining", attempt: 1, since: 0 },
  { tag: "waiting", until: 0 },
  ON,
  { ...ON, lostAt: 1 },
  { ...ON, proven: false, lostAt: 1 },
];
const HEARD: Heard = {
  flow: "playing",
  playing: "sound",
  names: ["Ana"],
  level: -20,
  measured: true,
  behind: 0.8,
};

const studio = (me: Me, state: RoomState, more: Partial<Studio> = {}): Studio =>
  studioIn(room(state), me, more);
const says = (of: Studio, heard: Heard = HEARD): string => banner(of, heard, EN).head;

describe("the banner", () => {
  test("says that one is on air only if one is", () => {
    for (const me of MES)
      for (const state of STATES)
        for (const muted of [true, false])
          for (const seatMuted of [true, false])
            for (const playing of ["sound", "hold", "silence"] as const) {
              const about = { muted, room: room(state, { muted: seatMuted ? ["s1"] : [] }) };
              const said = banner(studio(me, state, about), { ...HEARD, playing }, EN);
              const heard =
                me === ON &&
                !muted &&
                !seatMuted &&
                playing === "sound" &&
                (state === "live" || state === "silent");
              expect(said.tone === "air").toBe(heard);
              expect(/on air\.$/.test(said.head) && !/not/.test(said.head)).toBe(heard);
              expect(said.head).not.toBe("");
            }
  });

  test("says outright that nobody hears a muted or a lost speaker", () => {
    expect(says(studio(ON, "live", { muted: true }))).toBe("You are muted.");
    expect(says(studio({ ...ON, lostAt: 9 }, "live"))).toBe("Nobody hears you.");
    expect(says(studio({ tag: "waiting", until: 0 }, "live"))).toBe("Nobody hears you.");
  });

  test("tells the two ways of not being on air yet apart", () => {
    expect(says(studio(ON, "doors", { room: room("doors", { armed: true }) }))).toBe(
      "Your first word goes on air.",
    );
    expect(says(studio(ON, "doors"))).toBe("You are backstage.");
  });

  test("says when listeners get filler in place of the speaker", () => {
    const hold = { ...HEARD, playing: "hold" } as const;
    const long = studio(ON, "live", { onset: { at: 0, fresh: false } });
    expect(says(long, hold)).toBe("You do not get through.");
    // Right after Go live they hear the hold for another moment.
    expect(says(studio(ON, "live"), hold)).toBe("Your voice is on its way.");
  });

  test("does not claim that listeners hear what this page cannot check", () => {
    const lost = banner(studio(ON, "live"), { ...HEARD, flow: "reconnecting" }, EN);
    expect(lost.more).toMatch(/cannot tell/);
  });

  test("of a wrong link says what to do", () => {
    const wrong = studio({ tag: "off" }, "live", { house: "wrong-key", room: null });
    expect(banner(wrong, HEARD, EN)).toMatchObject({
      tone: "trouble",
      more: "Ask whoever sent it for a new one.",
    });
  });
});

test("the badge has a word and a colour for every state", () => {
  expect(STATES.map((state) => badge(room(state), EN).text)).toEqual([
    "Doors closed",
    "Hold plays",
    "On air",
    "On air, silent",
    "On air, interrupted",
    "Ended",
  ]);
  expect(badge(room("doors", { armed: true }), EN).text).toBe("Armed");
  expect(badge(room("scheduled", { armed: true }), EN).text).toBe("Armed");
});

test("only what the room can do now can be pressed", () => {
  const verbs = (state: RoomState, armed = false, starts: number | null = 1) =>
    viewOf(studio(ON, state, { host: true, room: room(state, { armed, starts }) }), HEARD).verbs;
  const only = (...can: string[]) => ({
    open: can.includes("open"),
    live: can.includes("live"),
    standDown: can.includes("standDown"),
    end: can.includes("end"),
  });
  expect(verbs("scheduled")).toMatchObject({ ...only("open", "live"), next: "open" });
  expect(verbs("doors")).toMatchObject({ ...only("live", "end"), next: "live" });
  expect(verbs("doors", true)).toMatchObject({ ...only("standDown", "end"), next: null });
  expect(verbs("doors", true, null)).toMatchObject(only("end"));
  for (const state of ["live", "silent", "interrupted"] as const)
    expect(verbs(state)).toMatchObject(only("end"));
  expect(verbs("ended")).toMatchObject({ ...only("open", "live"), next: "open" });
  expect(viewOf(studio(ON, "doors"), HEARD).verbs).toMatchObject({ ...only(), shown: false });
});

const seated = (seat: string, name: string, more: Partial<Seat> = {}): Seat => ({
  seat,
  name,
  kind: "whip",
  level: -20,
  muted: false,
  connected: true,
  hears: true,
  gain: 0,
  holder: "",
  ...more,
});
const company = (...seats: Seat[]): Stage => ({
  instance: "i",
  speaking: seats.map(({ seat }) => seat),
  seats,
});

describe("what one hears", () => {
  const flowing = { tag: "on", since: 0, packets: 9, movedAt: 9 } as const;
  const back = { ...NO_RETURN, attempt: 1, others: flowing };
  const stage = company(seated("s1", "Ana"), seated("s2", "Ben"));
  const of = (me: Me, more: Partial<Studio>) => others(studio(me, "live", { stage, ...more }), EN);

  test("is the others, if somebody else is there", () => {
    expect(of(ON, { back })).toMatchObject({ tone: "good", head: "You hear the others." });
    expect(of(ON, { back, stage: company(seated("s1", "Ana")) }).head).toBe(
      "You are alone on stage.",
    );
  });

  test("takes a press where the browser wants one", () => {
    expect(of(ON, { back, blocked: true })).toMatchObject({ tone: "trouble", press: true });
  });

  test("is nothing while one is away, and this is said", () => {
    const lost = of({ ...ON, lostAt: 5 }, { back, misses: 1 });
    expect(lost.head).toBe("You do not hear the others.");
    const refused = { ...NO_RETURN, misses: 1, refusal: "The stage is full." };
    expect(of(ON, { back: refused }).more).toMatch(/^The stage is full\./);
  });
});

describe("a network without sound", () => {
  const blocked = (more: Partial<Studio> = {}) =>
    banner(studio({ ...ON, proven: false, lostAt: 0 }, "live", { unreached: 2, ...more }), HEARD, EN);

  test("is named, with what can be done", () => {
    expect(blocked()).toMatchObject({ tone: "trouble", head: "Nobody hears you." });
    expect(blocked().more).toMatch(/not sound \(UDP\).*hotspot.*technician/);
    const reach = { host: "192.0.2.1", ports: "40000–40099" };
    const one = { host: "192.0.2.1", ports: "40000" };
    expect(blocked({ reach: one }).more).toMatch(/UDP port 40000 to/);
    expect(blocked({ reach }).more).toMatch(/UDP ports 40000–40099 to 192\.0\.2\.1/);
  });

  test("is not blamed too early", () => {
    expect(blocked({ unreached: 1 }).more).not.toMatch(/UDP/);
  });

  test("that is not there at all is called so", () => {
    const away = studio({ tag: "waiting", until: 0 }, "live", { offline: true });
    expect(banner(away, HEARD, EN).more).toMatch(/no network/);
  });

  test("that takes the house along is not called a house that is away", () => {
    const lost = studio({ tag: "waiting", until: 0 }, "live", { house: "away", lostSince: 0 });
    expect(viewOf(lost, HEARD)).toMatchObject({ house: "" });
    expect(banner(lost, HEARD, EN).more).toMatch(/^Your network is gone/);
    expect(viewOf(studio(ON, "live", { house: "away" }), HEARD).house).toMatch(/goes on/);
  });
});

test("a microphone that is gone means that nobody hears one, and this is said once", () => {
  const gone = { microphone: false, notice: { tag: "microphone", trouble: "gone" } } as const;
  expect(says(studio(ON, "live", gone))).toBe("Nobody hears you.");
  expect(viewOf(studio(ON, "live", gone), HEARD).notice).toBe("");
  expect(viewOf(studio({ tag: "off" }, "live", gone), HEARD).notice).not.toBe("");
});

test("devices that come and go are named", () => {
  const said = (what: "microphone" | "output", to: string, back: boolean) =>
    noticed({ tag: "moved", at: 0, moved: { what, from: "Headset", to, back } }, EN);
  expect(said("microphone", "Built-in", false)).toBe(
    "“Headset” is unplugged. Your microphone is now “Built-in”: speak, and look at the meter.",
  );
  expect(said("microphone", "Headset", true)).toBe(
    "“Headset” is back, and is your microphone again.",
  );
  expect(said("output", "", false)).toBe(
    "“Headset” is unplugged. Sound now comes out of the system's usual output.",
  );
  expect(said("output", "Headset", true)).toMatch(/“Headset” is back/);
});

describe("what listeners hear", () => {
  test("is said as sound, hold or silence, and how far behind", () => {
    expect(hearing(HEARD, EN)).toMatchObject({
      head: "Ana is speaking",
      more: "Heard by this page, 0.8 s behind.",
    });
    expect(hearing({ ...HEARD, playing: "hold" }, EN).head).toBe("Hold music.");
    expect(hearing({ ...HEARD, playing: "silence" }, EN).head).toBe("Silence.");
  });

  test("says whether this page hears it itself", () => {
    expect(hearing({ ...HEARD, measured: false, behind: null }, EN).more).toMatch(/^As the stage says/);
    expect(hearing({ ...HEARD, flow: "unfit" }, EN).more).toMatch(/cannot listen in/);
    expect(hearing({ ...HEARD, behind: null }, EN).more).toBe("");
  });

  test("is not known when this page does not reach the edge", () => {
    expect(hearing({ ...HEARD, flow: "reconnecting" }, EN).head).toBe("Not known.");
  });
});

test("every trouble says what to do", () => {
  const troubles = ["denied", "missing", "busy", "insecure", "gone", "unknown"] as const;
  const said = troubles.map((trouble) => noticed({ tag: "microphone", trouble }, EN));
  expect(new Set(said).size).toBe(troubles.length);
  for (const words of said) expect(words).toMatch(/Allow|Plug|Close|Ask|choose|Choose/);
});

test("speaking into a muted microphone is pointed out", () => {
  expect(soundcheck(-20, true, EN.say)).toBe("You are speaking, but you are muted.");
  expect(soundcheck(-70, true, EN.say)).toBe("Muted.");
});

test("the count of listeners says that this page is one of them", () => {
  const of = (count: number | null, flow: Heard["flow"]) =>
    viewOf(studio(ON, "live", { listeners: count }), { ...HEARD, flow }).listeners;
  expect(of(3, "playing")).toBe("3 listening, with this page");
  expect(of(3, "reconnecting")).toBe("3 listening");
  expect(of(0, "playing")).toBe("0 listening");
  expect(of(null, "playing")).toBe("");
});

test("an announced start is told", () => {
  const begins = studio({ tag: "off" }, "scheduled", { room: room("scheduled", { next: 9_000 }) });
  expect(viewOf(begins, HEARD).when).toMatch(/^Studio · starts Thursday.*1 January/);
});

test("a sound check is judged in words", () => {
  expect(
    [-80, -50, -20, -3]
      .map((loudest) => soundcheck(loudest, false, EN.say))
      .map((words) => words.split(/[ .]/)[0]),
  ).toEqual(["Nothing", "Very", "This", "Too"]);
});

test("who is not let in is told how to come in, and who was in that it was taken back", () => {
  const shut = studio({ tag: "off" }, "live", { house: "wrong-key" });
  expect(says(shut)).toBe("This link does not open the studio.");
  expect(viewOf(shut, HEARD).onward).toEqual({ href: "/", text: "Sign in" });
  const me = { member: "m-1", name: "Ana", role: "speaker", acting: false, may: [] } as const;
  const was = studio({ tag: "off" }, "live", { house: "wrong-key", company: { ...NOBODY, me } });
  expect(says(was)).toBe("You are not let into this studio any more.");
  const back = studio({ tag: "off" }, "live", {
    letGo: { why: "moved_back", by: "Ben" },
    listen: "https://edge/salon",
  });
  expect(viewOf(back, HEARD).onward).toMatchObject({ href: "https://edge/salon" });
});
