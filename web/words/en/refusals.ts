/**
 * Refusals by their codes. In English a page says the house's own sentence, which tells more; these
 * are for the languages that the house does not speak, and for a house that gives no sentence.
 */

export const refusals = {
  bad_request: "That was not understood. Please check what you typed.",
  barred: "You may not come in here any more.",
  banned: "You may not come in here any more.",
  house_away: "The house does not answer. Please try again.",
  not_allowed: "This link or key does not open this.",
  not_ready: "Not yet. Please try again in a moment.",
  not_stored: "It could not be stored. Please try again.",
  not_yours: "You may not do that here. Ask the host.",
  room_full: "There is no seat left on stage.",
  stage_away: "The stage is starting. Please try again in a few seconds.",
  token_missing: "This needs a link with a key, or a sign-in.",
  too_large: "That is too large.",
  too_many_called: "Too many listeners are being asked already. Wait for their answers.",
  too_many_pages: "Too many pages of this room are open. Please close one.",
  too_many_requests: "Too often. Please wait a moment.",
  unknown_member: "There is nobody like that in this room.",
  unknown_room: "There is no room of this name.",
  unknown_seat: "Nobody sits there.",
  wrong_state: "The room cannot do that now.",
} as const;
