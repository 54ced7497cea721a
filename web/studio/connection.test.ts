import { describe, expect, test } from "vitest";
import { loudness, loudnessOf, NOTHING, ofSpeaker, own } from "./connection";
import { heardBack, heardOf, type Ear, type Returned, type Speakers, type Spoken } from "./quality";
import { CLEAN, ON } from "./samples";
import { speechOf } from "./speech";
import { entering, type Me, type Studio } from "./state";

const { say } = speechOf("en");
const RETURNED: Returned = { loss: 0, concealed: 0, jitter: 2, delay: 30, roundTrip: null };

function sent(more: Partial<Spoken> = {}): Speakers {
  let speakers: Speakers = new Map();
  for (let second = 0; second < 12; second++)
    speakers = heardOf(speakers, [{ ...CLEAN, ...more }], second * 1_000);
  return speakers;
}

function back(more: Partial<Returned> = {}): Ear | null {
  let ear: Ear | null = null;
  for (let second = 0; second < 12; second++)
    ear = heardBack(ear, { ...RETURNED, ...more }, second * 1_000);
  return ear;
}

const having = (speakers: Speakers, ear: Ear | null = null, me: Me = ON): Studio => ({
  ...entering("s1", 1),
  me,
  speakers,
  ear,
});

describe("one's own connection", () => {
  test("is good, lossy or broken, in words that say what to do", () => {
    expect(own(having(sent()), say).words).toBe("Your connection is good.");
    expect(own(having(sent({ loss: 0.07, fec: 3 })), say).words).toBe(
      "Some of your sound is lost (7 %): we repair it.",
    );
    expect(own(having(sent({ loss: 0.2, concealed: 8 })), say).words).toBe(
      "You break up for the others. Move closer to the router, or use a cable.",
    );
  });

  test("is also what comes from the others", () => {
    expect(own(having(sent(), back({ loss: 0.05 })), say).words).toBe(
      "Some of the others' sound is lost (5 %): we repair it.",
    );
    expect(own(having(sent({ loss: 0.07 }), back({ concealed: 0.2 })), say).words).toMatch(
      /^The others break up for you\. Move/,
    );
  });

  test("is not judged before it is known, nor while one is away", () => {
    expect(own(having(new Map()), say)).toBe(NOTHING);
    expect(own(having(sent(), null, { tag: "off" }), say)).toBe(NOTHING);
  });

  test("has its numbers for those who want them", () => {
    const { numbers } = own(having(sent({ loss: 0.02, fec: 1 }), back()), say);
    expect(numbers).toEqual([
      "To the stage: 2.0 % lost, 1 of 50 frames repaired, 0 made up; jitter 5 ms, waits 40 ms, " +
        "there and back 30 ms",
      "From the stage: 0 % lost, 0 % made up; jitter 2 ms, waits 30 ms",
    ]);
  });
});

test("hosts are told of each speaker's connection and loudness in a few words", () => {
  const of = (more: Partial<Spoken>) => sent(more).get("s1");
  expect(ofSpeaker(of({}), say).words).toBe("good connection");
  expect(ofSpeaker(of({ loss: 0.1 }), say).words).toBe("some sound is lost (10 %), repaired");
  expect(ofSpeaker(of({ concealed: 9 }), say).words).toBe("breaks up");
  expect(ofSpeaker(undefined, say)).toBe(NOTHING);
  expect(loudnessOf(of({ clipping: 0.1 }), say)).toBe("too loud, it clips");
  expect(loudnessOf(of({ level: -55 }), say)).toBe("very quiet");
  expect(loudnessOf(of({}), say)).toBe("");
});

test("who clips or whispers is told, and what to do", () => {
  expect(loudness(sent({ clipping: 0.1 }).get("s1"), say)).toMatch(/clips\. Step back/);
  expect(loudness(sent({ level: -55 }).get("s1"), say)).toMatch(/very quiet\. Come closer/);
  expect(loudness(undefined, say)).toBe("");
});
