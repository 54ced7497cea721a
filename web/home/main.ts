/** A shell: the house's own page: it looks who is signed in, and shows the place that is asked for. */

import { textOf } from "../stream/news";
import { fill, offer } from "../words/fill";
import { keep, language } from "../words/kept";
import { refused } from "../words/refused";
import { account } from "./account";
import type { Context } from "./context";
import { accept, first, signIn } from "./entrance";
import { ask, good } from "./house";
import { newRoom } from "./new-room";
import { el } from "./parts";
import { usable } from "./passkeys";
import { people } from "./people";
import { placeOf, tabsOf, type Account, type Place, type Tab } from "./place";
import { accountOf } from "./read";
import { rooms } from "./rooms";
import { speech } from "./speech";

const AGAIN_AFTER = 3_000;

function node(name: string): HTMLElement {
  const found = document.getElementById(name);
  if (found === null) throw new Error(`the page has no ${name}`);
  return found;
}

class House {
  #language = language();
  #say = speech(this.#language);
  #mine: Account | null = null;
  #owned = true;
  #passkeys = "";
  #visit = new AbortController();

  constructor(readonly signal: AbortSignal) {
    const list = node("language");
    if (list instanceof HTMLSelectElement) offer(list, this.#language, (one) => this.#speak(one), signal);
    window.addEventListener("hashchange", () => void this.#show(), { signal });
    node("leave").addEventListener("click", () => void this.#leave(), { signal });
    this.#words();
    void this.#start();
  }

  async #start(): Promise<void> {
    const ways = await ask("GET", "sign-in");
    if (!good(ways)) {
      node("away").hidden = false;
      setTimeout(() => void this.#start(), AGAIN_AFTER);
      return;
    }
    node("away").hidden = true;
    this.#owned = ways.json["owned"] === true;
    this.#passkeys = textOf(ways.json["passkeys"]);
    this.#mine = accountOf(ways.json["account"]);
    await this.#show();
  }

  #speak(chosen: ReturnType<typeof language>): void {
    keep(chosen);
    this.#language = chosen;
    this.#say = speech(chosen);
    this.#words();
    void this.#show();
  }

  #words(): void {
    const say = this.#say;
    const plain: Readonly<Record<string, string>> = {
      language: say("language"),
      sign_out: say("sign_out"),
      away: say("away"),
      nav: say("nav"),
    };
    fill(document, this.#language, (key) => plain[key] ?? "");
  }

  #context(): Context {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    return {
      say: this.#say,
      language: this.#language,
      zone,
      passkeys: this.#passkeys,
      canPasskey: usable(this.#passkeys),
      why: ({ code, message }) => refused(this.#language, code, message),
      entered: (mine) => {
        this.#mine = mine;
        this.#owned = true;
        this.#go("rooms");
      },
      left: () => {
        this.#mine = null;
        void this.#show();
      },
      go: (hash) => this.#go(hash),
      signal: this.#visit.signal,
    };
  }

  /** Goes to a place. A link's secret does not stay in the address, nor in the history. */
  #go(hash: string): void {
    const secret = location.hash.includes("=");
    const address = hash === "" ? location.pathname : `#${hash}`;
    if (secret) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    void this.#show();
  }

  async #show(): Promise<void> {
    this.#visit.abort();
    this.#visit = new AbortController();
    const { signal } = this.#visit;
    const place = placeOf(location.hash, this.#mine, this.#owned);
    this.#tabs(place);
    const content = await this.#content(place);
    if (signal.aborted) return;
    node("place").replaceChildren(content);
    const head = content.querySelector("h1")?.textContent ?? "";
    document.title = head === "" ? "Fullhouse" : `${head} · Fullhouse`;
  }

  async #content(place: Place): Promise<HTMLElement> {
    const page = this.#context();
    const mine = this.#mine;
    if (place.tag === "first") return first(page, place.secret);
    if (place.tag === "accept") return accept(page, place.secret);
    if (place.tag === "sign-in" || mine === null) return signIn(page, this.#owned);
    switch (place.tag) {
      case "rooms":
        return rooms(page);
      case "new":
        return newRoom(page);
      case "account":
        return account(page, mine);
      case "people":
        return people(page, mine);
    }
  }

  #tabs(place: Place): void {
    const mine = this.#mine;
    const bare = mine === null || place.tag === "first" || place.tag === "accept";
    node("leave").hidden = mine === null;
    const words: Readonly<Record<Tab, string>> = {
      rooms: this.#say("rooms"),
      new: this.#say("new_room"),
      account: this.#say("account"),
      people: this.#say("people"),
    };
    const here = place.tag === "new" ? "rooms" : place.tag;
    const all = bare ? [] : tabsOf(mine);
    node("tabs").replaceChildren(
      ...all.map((tab) => {
        const link = el("a", { href: `#${tab}` }, words[tab]);
        if (tab === here) link.setAttribute("aria-current", "page");
        return link;
      }),
    );
  }

  async #leave(): Promise<void> {
    await ask("POST", "sign-out");
    this.#mine = null;
    this.#go("");
  }
}

new House(new AbortController().signal);
