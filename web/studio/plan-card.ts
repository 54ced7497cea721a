/** A shell: when the room starts, who finds it, and what plays while it waits. */

import { isZone } from "../words/moments";
import type { Sure } from "./asking";
import type { Order, Visibility } from "./orders";
import { button, field, form, part, select, set, strip } from "./parts";
import { planned, type PlanView } from "./plan";
import type { Speech } from "./speech";

const VISIBILITIES: readonly Visibility[] = ["public", "unlisted", "invited"];

export class PlanCard {
  #version = -1;
  #title = "";
  #holdWords = "";

  constructor(
    readonly presses: {
      readonly order: (order: Order) => void;
      readonly hold: (file: File) => void;
    },
    readonly sure: Sure,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {
    zones();
    this.#forms();
    const file = field("hold-file");
    const press = (id: string, act: () => void) =>
      part(id).addEventListener("click", act, { signal });
    press("hold-choose", () => file.click());
    const chosen = () => {
      const [one] = file.files ?? [];
      if (one !== undefined) presses.hold(one);
      file.value = "";
    };
    file.addEventListener("change", chosen, { signal });
    press("hold-remove", () =>
      sure.ask(speech().say("sure_hold"), () => presses.order({ tag: "remove-hold" })),
    );
    press("call-off", () =>
      sure.ask(speech().say("sure_call_off"), () => presses.order({ tag: "call-off" })),
    );
    const list = select("visibility");
    const shown = () => {
      const visibility = VISIBILITIES.find((each) => each === list.value);
      if (visibility !== undefined) presses.order({ tag: "visibility", visibility });
    };
    list.addEventListener("change", shown, { signal });
  }

  show(plan: PlanView | null, title: string): void {
    part("schedule").hidden = plan === null;
    if (plan === null) return;
    const { say } = this.speech();
    set(part("planned"), plan.line);
    set(part("planned-doors"), plan.doors);
    part("late").hidden = !plan.late;
    set(button("plan-set"), say(plan.planned ? "replan" : "plan"));
    button("plan-set").disabled = !plan.canPlan;
    part("call-off").hidden = !plan.canCallOff;
    set(part("hold-words"), this.#holdWords || say(plan.ownHold ? "hold_yours" : "hold_ours"));
    part("hold-remove").hidden = !plan.ownHold;
    if (document.activeElement !== select("visibility")) select("visibility").value = plan.visibility;
    if (plan.version !== this.#version) {
      this.#version = plan.version;
      field("start").value = plan.fields.start;
      choose(plan.fields.zone);
      field("doors").value = plan.fields.doors;
      field("why-text").value = plan.why;
    }
    if (title !== this.#title) {
      // What is being typed stays, whoever else gives the room another title meanwhile.
      if (field("room-title").value === this.#title) field("room-title").value = title;
      this.#title = title;
    }
  }

  /** What becomes of a file that is being sent; nothing: it is done with. */
  holding(words: string): void {
    this.#holdWords = words;
    set(part("hold-words"), words);
  }

  #forms(): void {
    const { signal } = this;
    const on = (id: string, act: () => void) =>
      form(id).addEventListener(
        "submit",
        (event) => {
          event.preventDefault();
          act();
        },
        { signal },
      );
    on("plan", () => {
      const fields = {
        start: field("start").value,
        zone: select("zone").value,
        doors: field("doors").value,
      };
      const order = planned(fields);
      strip("plan-trouble", order === null ? this.speech().say("start_missing") : "");
      if (order === null) field("start").focus();
      else this.presses.order(order);
    });
    on("why", () => this.presses.order({ tag: "why", why: field("why-text").value.trim() }));
    on("rename", () => {
      const title = field("room-title").value.trim();
      if (title !== "") this.presses.order({ tag: "title", title });
    });
  }
}

/** The zones that this browser knows, its own first. */
function zones(): void {
  const own = ownZone();
  const known = "supportedValuesOf" in Intl ? Intl.supportedValuesOf("timeZone") : [];
  const all = [...new Set([own, "UTC", ...known])].filter(isZone);
  select("zone").replaceChildren(
    ...all.map((zone) => new Option(zone.replaceAll("_", " "), zone, false, zone === own)),
  );
}

/** A room may be in a zone that this browser does not list, such as Etc/UTC. */
function choose(zone: string): void {
  const list = select("zone");
  list.value = zone;
  if (list.value === zone) return;
  list.append(new Option(zone.replaceAll("_", " "), zone));
  list.value = zone;
}

export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}
