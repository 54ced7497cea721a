import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrived, keepable, next, type Effect, type Input, type Raising } from "./raising";

const HOUSE = "https://house.example";
const ROOM = { tag: "room", invited: false, left: null, open: true, house: HOUSE, air: true, over: false } as const;
const DOWN = arrived({ stand: "down", name: "" }, 1);
const OK = { code: "", message: "", retryAfter: null } as const;

function after(state: Raising, ...inputs: readonly Input[]): Raising {
  return inputs.reduce((known, input) => next(known, input, 0)[0], state);
}

const effects = (state: Raising, input: Input, now = 0): readonly Effect[] => next(state, input, now)[1];
const UP = after(DOWN, ROOM, { tag: "raise", name: "Ana" }, { tag: "told", status: 200, place: 4, ...OK });
const INVITED = after(UP, { ...ROOM, invited: true });

describe("a hand", () => {
  test("goes up with its name, and says how many are before it", () => {
    expect(effects(DOWN, { tag: "raise", name: "Ana" })).toContainEqual({
      tag: "tell",
      up: true,
      name: "Ana",
    });
    expect(UP).toMatchObject({ stand: "up", place: 4, telling: null });
  });

  test("is told again while edge or house are away, and not for ever", () => {
    const away: Input = { tag: "told", status: 503, place: null, ...OK, retryAfter: 2_000 };
    let state = after(DOWN, { tag: "raise", name: "Ana" }, away);
    expect(state.stand).toBe("up");
    expect(state.askAt).toBeGreaterThanOrEqual(2_000);
    expect(state.askAt).toBeLessThan(4_000);
    expect(effects(state, { tag: "tick" }, 1_999)).toEqual([]);
    expect(effects(state, { tag: "tick" }, 4_000)).toEqual([{ tag: "tell", up: true, name: "Ana" }]);
    for (let tries = 0; tries < 20; tries += 1) state = after(state, away);
    expect(state.stand).toBe("down");
  });

  test("that is not taken is down, and the page says why", () => {
    const closed: Input = { tag: "told", status: 409, place: null, code: "hands_closed", message: "No.", retryAfter: null };
    expect(after(DOWN, { tag: "raise", name: "Ana" }, closed)).toMatchObject({
      stand: "down",
      trouble: { code: "hands_closed", message: "No." },
    });
  });

  test("is down when the session is over", () => {
    expect(after(UP, { ...ROOM, over: true }).stand).toBe("down");
  });
});

describe("an invitation", () => {
  test("comes with the room's news and goes with them", () => {
    expect(INVITED.stand).toBe("invited");
    expect(after(INVITED, ROOM).stand).toBe("down");
  });

  test("may be answered as long as the room says, and no longer", () => {
    const asked = { ...ROOM, invited: true } as const;
    let state = next(UP, { ...asked, left: 60_000 }, 0)[0];
    expect(state.until).toBe(60_000);
    state = next(state, { ...asked, left: 59_000 }, 2_400)[0];
    expect(state.until).toBe(60_000);
    expect(next(state, { ...asked, left: 30_000 }, 2_400)[0].until).toBe(32_400);
    expect(next(state, ROOM, 60_500)[0]).toMatchObject({
      stand: "down",
      until: null,
      trouble: { code: "unanswered" },
    });
    expect(next(state, ROOM, 20_000)[0]).toMatchObject({ stand: "down", trouble: null });
  });

  test("is accepted at the house", () => {
    expect(effects(INVITED, { tag: "accept" })).toContainEqual({ tag: "answer", accept: true });
    expect(after(INVITED, { tag: "accept" }, { tag: "entered" }).stand).toBe("stage");
  });

  test("that was answered is not shown again until the room has taken it back", () => {
    const declined = after(INVITED, { tag: "decline" }, { ...ROOM, invited: true });
    expect(declined.stand).toBe("down");
    expect(after(declined, ROOM, { ...ROOM, invited: true }).stand).toBe("invited");
  });

  test("whose time is over says so", () => {
    const late: Input = { tag: "turned-away", status: 409, code: "wrong_hand", message: "No.", retryAfter: null };
    expect(after(INVITED, { tag: "accept" }, late)).toMatchObject({ stand: "down", answered: true });
  });

  test("is kept up while the house is away", () => {
    const away: Input = { tag: "turned-away", status: 0, ...OK };
    const state = after(INVITED, { tag: "accept" }, away);
    expect(state.stand).toBe("coming");
    expect(effects(state, { tag: "tick" }, 60_000)).toEqual([{ tag: "answer", accept: true }]);
  });
});

describe("a page that was left", () => {
  test("on stage offers to come back", () => {
    const on = after(INVITED, { tag: "accept" }, { tag: "entered" });
    const again = arrived(keepable(on), 1);
    expect(after(again, ROOM).stand).toBe("invited");
    expect(after(again, ROOM, { tag: "decline" }, ROOM).stand).toBe("down");
    expect(after(again, { ...ROOM, over: true }).stand).toBe("down");
  });

  test("with the hand up has it up", () => {
    expect(arrived(keepable(UP), 1).stand).toBe("up");
  });
});

const anyInput = fc.oneof(
  fc.record({ tag: fc.constant("room" as const), invited: fc.boolean(), left: fc.constantFrom(null, 0, 60_000), open: fc.boolean(), house: fc.constant(HOUSE), air: fc.boolean(), over: fc.boolean() }),
  fc.record({ tag: fc.constant("told" as const), status: fc.constantFrom(0, 200, 409, 503), place: fc.constant(null), code: fc.constant(""), message: fc.constant(""), retryAfter: fc.constant(null) }),
  fc.record({ tag: fc.constant("turned-away" as const), status: fc.constantFrom(0, 403, 409), code: fc.constant(""), message: fc.constant(""), retryAfter: fc.constant(null) }),
  fc.record({ tag: fc.constant("raise" as const), name: fc.constant("Ana") }),
  fc.constantFrom<Input>({ tag: "lower" }, { tag: "accept" }, { tag: "decline" }, { tag: "tick" }),
);

test("nobody is on their way to the stage who was not invited and has not accepted", () => {
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 30 }), (inputs) => {
      let state = DOWN;
      let accepted = false;
      inputs.forEach((input, index) => {
        const before = state;
        [state] = next(state, input, index * 1_000);
        accepted = accepted || (before.stand === "invited" && input.tag === "accept");
        if (state.stand === "coming") expect(accepted).toBe(true);
        expect(state.stand).not.toBe("stage");
      });
    }),
  );
});
