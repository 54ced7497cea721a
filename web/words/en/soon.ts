/** What is planned in a room, on the listener's page: start, countdown, late, calendar, reminder. */

export const soon = {
  starts: "Starts {moment}",
  there: "That is {moment} in {zone}.",
  moved: "New time: {moment}",
  doors: "The doors open at {time}.",
  late: "Late",
  late_more: "It is late. It was to start {moment}.",
  called_off: "Called off",
  called_off_more: "The host has called it off. It was to start {moment}.",
  days: { one: "{count} day {clock}", other: "{count} days {clock}" },
  any_moment: "any moment now",
  add: "Add to calendar",
  file: "Calendar file (ICS)",
  remind: "Remind me by e-mail",
  address: "Your e-mail address",
  send: "Remind me",
  sending: "One moment …",
  sent: "Look into your mailbox, please: a mail with a link to confirm is on its way.",
  promise: "Your address is used for this alone, and deleted when it is over.",
  failed: "That did not go through. Please try again.",
} as const;
