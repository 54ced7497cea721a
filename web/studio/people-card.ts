/** A shell: the people of the room, what can be done about one of them, and links for new ones. */

import type { Role } from "./company";
import { roleOf } from "./company";
import type { Act, PersonView } from "./gathering";
import type { Sure } from "./asking";
import type { Banned, Invitation, Reported } from "./kept-out";
import type { Order } from "./orders";
import {
  copy,
  dialog,
  field,
  form,
  Lines,
  make,
  part,
  pressable,
  select,
  set,
  within,
  word,
  type Line,
} from "./parts";
import type { Speech } from "./speech";

export interface PeoplePresses {
  readonly order: (order: Order) => void;
  /** The lists are opened: they are asked for. */
  readonly look: () => void;
}

export class PeopleCard {
  readonly #lines: Lines<PersonView>;
  readonly #why = within(part("person-report"), "input") as HTMLInputElement;
  #people: readonly PersonView[] = [];
  #about = "";
  #roles = "";

  constructor(
    readonly presses: PeoplePresses,
    readonly sure: Sure,
    readonly speech: () => Speech,
    readonly signal: AbortSignal,
  ) {
    this.#lines = new Lines(within(part("people"), ".list"), ({ member }) => member, (person) =>
      this.#line(person),
    );
    this.#inviting();
    this.#acting();
    const lists = part("kept-out");
    const opened = () => (lists as HTMLDetailsElement).open && presses.look();
    lists.addEventListener("toggle", opened, { signal });
  }

  show(people: readonly PersonView[], invites: readonly Role[], canRemove: boolean): void {
    this.#people = people;
    part("people").hidden = people.length === 0 && invites.length === 0;
    this.#lines.show(people);
    part("invite").hidden = invites.length === 0;
    part("kept-out").hidden = !canRemove;
    this.#offer(invites);
    if (dialog("person").open) this.#describe();
  }

  /** Opens what can be done about somebody. */
  about(member: string): void {
    if (member !== this.#about) this.#why.value = "";
    this.#about = member;
    if (!this.#describe()) return;
    dialog("person").showModal();
  }

  /** Somebody is reported: only now what was typed is done with. */
  reported(why: string): void {
    if (this.#why.value.trim() === why) this.#why.value = "";
  }

  /** A link is made: only now the name that was typed for it is done with. */
  invited(link: string, name: string): void {
    if (field("invite-name").value.trim() === name) field("invite-name").value = "";
    part("invited").hidden = false;
    field("invite-link").value = link;
    field("invite-link").select();
  }

  lists(
    invitations: readonly Invitation[],
    bans: readonly Banned[],
    reports: readonly Reported[],
  ): void {
    const { say, tell } = this.speech();
    const { order } = this.presses;
    const line = (words: string, press: string, act: () => void) => {
      const item = make("li", "line");
      const button = pressable(act, this.signal);
      word(button, press, `${press}: ${words}`);
      item.append(make("span", "", words), button);
      return item;
    };
    const none = (key: "invites_none" | "bans_none" | "reports_none") => make("li", "soft", say(key));
    const open = invitations.map(({ id, role, name, until }) =>
      line(
        [say(`role_${role}`), name, until === null ? "" : say("until", { when: tell(until) })]
          .filter((each) => each !== "")
          .join(" · "),
        say("invite_revoke"),
        () => order({ tag: "revoke", invitation: id }),
      ),
    );
    part("invitations").replaceChildren(...(open.length === 0 ? [none("invites_none")] : open));
    const banned = bans.map(({ id, name, until }) =>
      line(
        `${name} · ${until === null ? say("for_ever") : say("until", { when: tell(until) })}`,
        say("unban"),
        () => order({ tag: "unban", ban: id }),
      ),
    );
    part("bans").replaceChildren(...(banned.length === 0 ? [none("bans_none")] : banned));
    const reported = reports.map((report) => make("li", "", say("report_line", { ...report })));
    part("reports").replaceChildren(...(reported.length === 0 ? [none("reports_none")] : reported));
  }

  #line(person: PersonView): Line<PersonView> {
    const item = make("li", "line");
    const name = make("b");
    const words = make("span", "soft");
    const text = make("span", "name");
    text.append(name, " ", words);
    const more = pressable(() => this.about(person.member), this.signal, "more");
    item.append(text, more);
    return {
      item,
      show: (shown) => {
        set(name, shown.name);
        set(words, shown.words);
        item.classList.toggle("away", !shown.present);
        more.hidden = shown.acts.length === 0;
        word(more, "…", this.speech().say("more_of", { name: shown.name }));
      },
    };
  }

  #describe(): boolean {
    const person = this.#people.find(({ member }) => member === this.#about);
    if (person === undefined || person.acts.length === 0) {
      if (dialog("person").open) dialog("person").close();
      return false;
    }
    set(part("person-name"), person.name);
    set(part("person-words"), person.words);
    const role = within(part("person-role"), "select") as HTMLSelectElement;
    if (document.activeElement !== role) role.value = person.role;
    part("person-near").setAttribute("aria-pressed", String(person.near));
    for (const act of ["role", "ask", "mute", "near", "move-back", "remove", "ban", "report"] as const)
      part(`person-${act}`).hidden = !person.acts.includes(act);
    return true;
  }

  #acting(): void {
    const { signal } = this;
    const { order } = this.presses;
    const done = () => dialog("person").close();
    const press = (act: Act, does: () => void) =>
      part(`person-${act}`).addEventListener("click", does, { signal });
    const name = () => this.#people.find(({ member }) => member === this.#about)?.name ?? "";
    const surely = (words: string, made: Order) => {
      done();
      this.sure.ask(words, () => order(made));
    };
    press("ask", () => (order({ tag: "ask-to-unmute", member: this.#about }), done()));
    press("mute", () => (order({ tag: "mute", member: this.#about }), done()));
    const near = () => this.#people.find(({ member }) => member === this.#about)?.near ?? false;
    press("near", () => order({ tag: "near", member: this.#about, near: !near() }));
    press("move-back", () =>
      surely(this.speech().say("sure_move_back", { name: name() }), {
        tag: "move-back",
        member: this.#about,
      }),
    );
    press("remove", () =>
      surely(this.speech().say("sure_remove", { name: name() }), {
        tag: "remove",
        member: this.#about,
      }),
    );
    const time = within(part("person-ban"), "select") as HTMLSelectElement;
    const ban = () =>
      surely(this.speech().say("sure_ban", { name: name() }), {
        tag: "ban",
        member: this.#about,
        minutes: time.value === "" ? null : Number(time.value),
      });
    within(part("person-ban"), "button").addEventListener("click", ban, { signal });
    const list = within(part("person-role"), "select") as HTMLSelectElement;
    const role = () => {
      const chosen = roleOf(list.value);
      if (chosen !== null) order({ tag: "role", member: this.#about, role: chosen });
    };
    list.addEventListener("change", role, { signal });
    const why = this.#why;
    const report = (event: Event) => {
      event.preventDefault();
      if (why.value.trim() === "") return why.focus();
      order({ tag: "report", whom: this.#about, why: why.value.trim() });
      done();
    };
    part("person-report").addEventListener("submit", report, { signal });
  }

  #inviting(): void {
    const { signal } = this;
    const asked = (event: Event) => {
      event.preventDefault();
      const role = roleOf(select("invite-role").value);
      if (role === null) return;
      this.presses.order({ tag: "invite", role, name: field("invite-name").value.trim() });
    };
    form("invite").addEventListener("submit", asked, { signal });
    const copied = () =>
      void copy(field("invite-link"), (done) =>
        set(part("invite-copy"), this.speech().say(done ? "copied" : "selected")),
      );
    part("invite-copy").addEventListener("click", copied, { signal });
  }

  #offer(roles: readonly Role[]): void {
    const { say, language } = this.speech();
    const now = [language, ...roles].join();
    if (now === this.#roles) return;
    this.#roles = now;
    const list = select("invite-role");
    const chosen = list.value;
    list.replaceChildren(...roles.map((role) => new Option(say(`role_${role}`), role)));
    if (roles.some((role) => role === chosen)) list.value = chosen;
  }
}
