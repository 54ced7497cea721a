import type { names as english } from "../en/names";
import type { Translation } from "../reader";

export const names: Translation<typeof english> = {
  number: "{count}",
  somebody: "Seseorang",
  speaks: "{name} sedang berbicara",
  speak_two: "{first} dan {second} sedang berbicara",
  speak_more: "{first}, {second}, dan {more} lagi sedang berbicara",
  listening: { other: "{count} mendengarkan" },
};
