/** People, named and counted, on every page. */

export const names = {
  number: "{count}",
  somebody: "Somebody",
  speaks: "{name} is speaking",
  speak_two: "{first} and {second} are speaking",
  speak_more: "{first}, {second} and {more} more are speaking",
  listening: { one: "{count} listening", other: "{count} listening" },
} as const;
