/** A shell: the raised hands, and what a host does with them. */

import type { HandsView, HandView } from "./gathering";
import type { Draw, Draws } from "./draws";
import type { Order } from "./orders";
import { copy, field, Lines, make, part, pressable, set, within, word, type Line } from "./parts";
import type { Speech } from "./speech";

export class HandsCard {
  readonly #lines: Lines<HandView>;
  #canInvite = false;
  /** Of hands that were shown, to say who was drawn. */
  readonly #names = new Map<string, string>();

  constructor(
    readonly order: (order: Order) => void,
    /** The draws are opened: they are asked for. */
    readonly look: () => void,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {
    this.#lines = new Lines(within(part("hands"), ".list"), ({ hand }) => hand, (hand) =>
      this.#line(hand),
    );
    const take = field("take-hands");
    const taken = () => order({ tag: "take-hands", open: take.checked });
    take.addEventListener("change", taken, { signal });
    const draw = () => {
      const count = field("draw-count").valueAsNumber;
      order({ tag: "draw", count: Number.isNaN(count) ? 1 : Math.max(1, Math.round(count)) });
    };
    part("draw").addEventListener("click", draw, { signal });
    const opened = () => this.#opened && look();
    part("draws").addEventListener("toggle", opened, { signal });
    const copied = () =>
      void copy(field("draws-link"), (done) =>
        set(part("draws-copy"), this.speech().say(done ? "copied" : "selected")),
      );
    part("draws-copy").addEventListener("click", copied, { signal });
  }

  get #opened(): boolean {
    return (part("draws") as HTMLDetailsElement).open;
  }

  /** Shows what was drawn, and where anybody can read it to repeat it. */
  draws({ draws }: Draws, link: string): void {
    field("draws-link").value = link;
    part("drawn").replaceChildren(...draws.map((draw) => this.#drawn(draw)));
  }

  #drawn({ at, seed, promise, among, drawn }: Draw): HTMLElement {
    const { say, clock } = this.speech();
    const item = make("li");
    const when = at === null ? "" : clock(at);
    const names = drawn.map((hand) => this.#names.get(hand) ?? hand);
    item.append(
      make("p", "", say("drawn_line", { when, drawn: names.join(", "), count: among })),
      make("p", "soft code", say("drawn_seed", { seed })),
      make("p", "soft code", say("drawn_promise", { promise })),
    );
    return item;
  }

  show(hands: HandsView | null): void {
    part("hands").hidden = hands === null;
    if (hands === null) return;
    this.#canInvite = hands.canInvite;
    for (const { hand, name } of hands.hands) this.#names.set(hand, name);
    part("draws").hidden = !hands.canInvite || hands.promise === "";
    set(part("draw-promise"), hands.promise);
    set(within(part("hands"), ".count"), hands.head);
    set(within(part("hands"), ".rest"), hands.more);
    part("drawing").hidden = !hands.canInvite || hands.count === 0;
    if (field("take-hands").checked !== hands.open) field("take-hands").checked = hands.open;
    this.#lines.show(hands.hands);
  }

  #line({ hand }: HandView): Line<HandView> {
    const item = make("li", "line");
    const name = make("b");
    const words = make("span", "soft");
    const text = make("span", "name");
    text.append(name, " ", words);
    const invite = (near: boolean) => () => this.order({ tag: "invite-hand", hand, near });
    const up = pressable(invite(false), this.signal);
    const near = pressable(invite(true), this.signal);
    const lower = pressable(() => this.order({ tag: "lower-hand", hand }), this.signal);
    const buttons = make("span", "buttons");
    buttons.append(up, near, lower);
    item.append(text, buttons);
    return {
      item,
      show: (shown) => {
        const { say } = this.speech();
        const whom = { name: shown.name };
        set(name, shown.name);
        set(words, shown.words);
        up.hidden = near.hidden = !shown.up || !this.#canInvite;
        word(up, say("hand_invite"), say("hand_invite_name", whom));
        word(near, say("hand_near"), say("hand_near_name", whom));
        word(lower, say("hand_lower"), say("hand_lower_name", whom));
      },
    };
  }
}
