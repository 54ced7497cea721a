/** A shell: the door of the studio: a name first, where none is known; then one is in. */

import { enteredOf, keptOf, wayIn, welcomeOf, written, type Entered } from "./entry";
import { enter as ask, refusing, welcome, type Shut } from "./house";
import { lasting, recall, remember } from "./memory";
import { button, field, form, part, set, strip } from "./parts";
import type { Speech } from "./speech";

/** What opens the studio's doors from here on. */
export interface Pass {
  readonly key: string;
  /** The seat of a member; empty: a key without a person. */
  readonly member: string;
  readonly name: string;
  /** It opens nothing, and the house need not be asked again. */
  readonly shut: Shut | null;
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
      return { key: token, member, name: recall(lasting, "name"), shut: null };
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
    const answer = await welcome(this.slug, secret);
    const shut = refusing(answer);
    if (shut !== null) return { key: secret, member: "", name: "", shut };
    const coming = welcomeOf(answer.json);
    // A sign-in says who it is: nobody is asked again.
    const pass = coming?.known === true ? await this.#enter(secret, "") : null;
    if (pass !== null) return pass;
    const name = field("name");
    name.value = (coming?.name ?? "") || recall(lasting, "name");
    part("door").hidden = false;
    name.focus();
    return new Promise((resolve) => {
      const submitted = (event: Event) => {
        event.preventDefault();
        const given = name.value.trim();
        if (given === "") return this.#nameless();
        void this.#enter(secret, given).then((pass) => pass !== null && resolve(pass));
      };
      form("door").addEventListener("submit", submitted, { signal: this.signal });
    });
  }

  #nameless(): void {
    strip("door-trouble", this.speech().say("name_missing"));
    field("name").focus();
  }

  async #enter(secret: string, name: string): Promise<Pass | null> {
    const { say, refused } = this.speech();
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
    part("title").focus(); // or the keyboard would be nowhere
    return { key: entered.token, member: entered.member, name: entered.name, shut: null };
  }
}
