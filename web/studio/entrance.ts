/** A shell: the door of the studio: a name first, where none is known; then one is in. */

import { enteredOf, keptOf, wayIn, written, type Entered } from "./entry";
import { accountName, enter as ask, knock } from "./house";
import { lasting, recall, remember } from "./memory";
import { button, field, form, part, set, strip } from "./parts";
import type { Speech } from "./speech";

/** What opens the studio's doors from here on. */
export interface Pass {
  readonly key: string;
  /** The seat of a member; empty: a key without a person. */
  readonly member: string;
  readonly name: string;
}

export class Entrance {
  readonly #secret = location.hash.slice(1);

  constructor(
    readonly slug: string,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {}

  /** Returns when one is in. */
  async pass(): Promise<Pass> {
    const kept = keptOf(recall(lasting, this.#place));
    const way = wayIn(this.#secret, kept);
    this.#clean();
    if (way.tag === "in") {
      const { token, member } = way.kept;
      return { key: token, member, name: recall(lasting, "name") };
    }
    return this.#door(way.secret);
  }

  /** What was kept opens nothing any more. */
  forget(): void {
    remember(lasting, this.#place, "");
  }

  get #place(): string {
    return `member-${this.slug}`;
  }

  /** Nobody reads the secret over one's shoulder, and it is in no picture of the screen. */
  #clean(): void {
    if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  }

  async #door(secret: string): Promise<Pass> {
    const refused = await knock(this.slug, secret);
    if (refused !== null) return { key: secret, member: "", name: "" };
    const name = field("name");
    name.value = recall(lasting, "name") || (secret === "" ? await accountName() : "");
    part("door").hidden = false;
    name.focus();
    return new Promise((resolve) => {
      const submitted = (event: Event) => {
        event.preventDefault();
        void this.#enter(secret, name.value.trim()).then((pass) => pass !== null && resolve(pass));
      };
      form("door").addEventListener("submit", submitted, { signal: this.signal });
    });
  }

  async #enter(secret: string, name: string): Promise<Pass | null> {
    const { say, refused } = this.speech();
    // Whoever is signed in has a name already.
    if (name === "" && secret !== "") {
      strip("door-trouble", say("name_missing"));
      field("name").focus();
      return null;
    }
    if (name !== "") remember(lasting, "name", name);
    strip("door-trouble", "");
    button("enter").disabled = true;
    set(part("enter"), say("entering"));
    const { status, code, message, json } = await ask(this.slug, secret, name);
    button("enter").disabled = false;
    set(part("enter"), say("enter"));
    const entered = status === 200 ? enteredOf(json) : null;
    if (entered === null) {
      strip("door-trouble", refused(code, message) || say("refused"));
      return null;
    }
    return this.#in(secret, entered);
  }

  #in(secret: string, entered: Entered): Pass {
    remember(lasting, this.#place, written(entered, secret));
    part("door").hidden = true;
    return { key: entered.token, member: entered.member, name: entered.name };
  }
}
