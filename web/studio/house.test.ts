import { expect, test } from "vitest";
import { refusing } from "./house";

const answer = (status: number, code: string) => ({ status, json: {}, code, message: "" });

test("what the house refuses for good is not asked again", () => {
  expect(refusing(answer(401, "token_missing"))).toBe("wrong-key");
  expect(refusing(answer(403, "not_allowed"))).toBe("wrong-key");
  expect(refusing(answer(404, "unknown_room"))).toBe("no-room");
  expect(refusing(answer(400, "bad_slug"))).toBe("no-room");
});

test("what a proxy says, or a house that is short of something, is asked again", () => {
  expect(refusing(answer(404, ""))).toBeNull();
  expect(refusing(answer(503, "not_ready"))).toBeNull();
  expect(refusing(answer(0, ""))).toBeNull();
});
