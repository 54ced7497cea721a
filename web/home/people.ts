/** A shell: all accounts of the house, for its owners: who there is, who is invited. */

import { textOf } from "../stream/news";
import type { Context } from "./context";
import { ask, good, segment } from "./house";
import { copied, el, field, form, input, said, select } from "./parts";
import type { Account } from "./place";
import { accountsOf, keptOf, type Kept } from "./read";
import { day } from "./speech";

export async function people(page: Context, mine: Account): Promise<HTMLElement> {
  const { say } = page;
  const list = el("ul", { class: "list" });
  const open = el("div", {});
  const trouble = el("p", { class: "strip", role: "alert", "data-tone": "trouble", hidden: true });
  const look = async () => {
    const answer = await ask("GET", "accounts");
    if (answer.status === 401) return page.left();
    if (page.signal.aborted || !good(answer)) return;
    list.replaceChildren(...accountsOf(answer.json["accounts"]).map((one) => row(page, one, mine, turn)));
    const invited = keptOf(answer.json["invitations"]);
    open.replaceChildren(...(invited.length > 0 ? [waiting(page, invited, look)] : []));
  };
  const turn = async (one: Account) => {
    if (!one.off && !window.confirm(say("switch_off_sure", { name: one.name }))) return;
    const answer = await ask("PATCH", `accounts/${segment(one.id)}`, { off: !one.off });
    trouble.hidden = good(answer);
    trouble.textContent = good(answer) ? "" : page.why(answer);
    await look();
  };
  await look();
  return el(
    "section",
    { class: "cards" },
    el("h1", {}, say("people_head")),
    el("p", { class: "soft" }, say("people_more")),
    el(
      "div",
      { class: "columns" },
      el("section", { class: "card" }, trouble, list, open),
      invite(page, look),
    ),
  );
}

function row(page: Context, one: Account, mine: Account, turn: (one: Account) => Promise<void>): HTMLElement {
  const { say } = page;
  const kind = one.kind === "owner" ? say("owner") : say("host");
  const words = [one.login, kind, one.off ? say("off") : "", one.id === mine.id ? say("you") : ""];
  const button = el(
    "button",
    {
      type: "button",
      "aria-label": `${one.off ? say("switch_on") : say("switch_off")}: ${one.name}`,
      press: () => void turn(one),
    },
    one.off ? say("switch_on") : say("switch_off"),
  );
  return el(
    "li",
    { class: one.off ? "off" : "" },
    el("div", {}, el("b", {}, one.name), el("p", { class: "hint" }, words.filter((word) => word !== "").join(" · "))),
    one.id === mine.id ? null : button,
  );
}

function waiting(page: Context, all: readonly Kept[], look: () => Promise<void>): HTMLElement {
  const { say, language } = page;
  const rows = all.map((one) => {
    const name = one.label || say("somebody");
    const ends = one.ends === null ? "" : say("ends", { when: day(language, one.ends) });
    return el(
      "li",
      {},
      el("div", {}, el("b", {}, name), el("p", { class: "hint" }, ends)),
      el(
        "button",
        {
          type: "button",
          "aria-label": `${say("withdraw")}: ${name}`,
          press: () => void ask("DELETE", `accounts/invitations/${segment(one.id)}`).then(look),
        },
        say("withdraw"),
      ),
    );
  });
  return el("div", {}, el("h2", {}, say("invited_head")), el("ul", { class: "list" }, ...rows));
}

function invite(page: Context, look: () => Promise<void>): HTMLElement {
  const { say } = page;
  const place = el("div", { role: "status" });
  const name = input("name", { maxlength: "60", autocomplete: "off" });
  const kind = select("kind", [["host", say("host")], ["owner", say("owner")]], "host");
  const make = form(
    [field(say("invite_name"), name), field(say("invite_as"), kind)],
    say("invite"),
    async (values) => {
      const whom = said(values, "name").trim();
      const answer = await ask("POST", "accounts", { name: whom, kind: said(values, "kind") });
      if (!good(answer)) return page.why(answer);
      const more = whom === "" ? say("invite_made_nobody") : say("invite_made", { name: whom });
      place.replaceChildren(copied(say, whom || say("somebody"), textOf(answer.json["link"]), more));
      make.reset();
      await look();
      return "";
    },
    false,
  );
  return el("section", { class: "card" }, el("h2", {}, say("invite_head")), make, place);
}
