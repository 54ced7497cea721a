/** A shell: one's own account: name, password, passkeys, browsers, programs' tokens. */

import { isObject, textOf } from "../stream/news";
import type { Context } from "./context";
import { ask, good, segment } from "./house";
import { copied, el, field, form, input, password, said, select } from "./parts";
import { make } from "./passkeys";
import type { Account } from "./place";
import { accountOf, keptOf, signInsOf, type Kept, type SignIn } from "./read";
import { day, short } from "./speech";

const SCOPES = [
  ["rooms:read", "scope_rooms_read"],
  ["rooms:write", "scope_rooms_write"],
  ["people", "scope_people"],
  ["stage", "scope_stage"],
  ["keys", "scope_keys"],
  ["log", "scope_log"],
] as const;
const DAYS = [30, 90, 365] as const;

export function account(page: Context, mine: Account): HTMLElement {
  const { say } = page;
  const kind = mine.kind === "owner" ? say("kind_owner") : say("kind_host");
  return el(
    "section",
    { class: "cards" },
    el("h1", {}, say("account_head")),
    el("div", { class: "columns" },
      el("div", { class: "column" }, whoIAm(page, mine, kind), itsPassword(page, mine), signIns(page)),
      el("div", { class: "column" }, passkeys(page), tokens(page)),
    ),
  );
}

function whoIAm(page: Context, mine: Account, kind: string): HTMLElement {
  const { say } = page;
  const name = input("name", { autocomplete: "name", required: true, maxlength: "60" });
  name.value = mine.name;
  const done = el("p", { class: "done", role: "status" });
  const change = form([field(say("your_name"), name, say("your_name_more"))], say("save"), async (values) => {
    done.textContent = "";
    const answer = await ask("PATCH", "account", { name: said(values, "name") });
    const changed = good(answer) ? accountOf(answer.json) : null;
    if (changed === null) return page.why(answer);
    done.textContent = say("saved");
    return "";
  }, false);
  return el("section", { class: "card" }, el("h2", {}, mine.login), el("p", { class: "soft" }, kind), change, done);
}

function itsPassword(page: Context, mine: Account): HTMLElement {
  const { say } = page;
  const done = el("p", { class: "done", role: "status" });
  // So that the browser knows whose password it is to keep.
  const login = input("login", { autocomplete: "username", hidden: true, readonly: true });
  login.value = mine.login;
  const change = form(
    [
      login,
      password(say, say("old_password"), "old"),
      password(say, say("new_password"), "new", say("password_more"), true),
    ],
    say("change_password"),
    async (values) => {
      done.textContent = "";
      const answer = await ask("PATCH", "account", {
        password: said(values, "new"),
        old_password: said(values, "old"),
      });
      if (!good(answer)) return page.why(answer);
      change.reset();
      done.textContent = say("password_changed");
      return "";
    },
    false,
  );
  const more = el("p", { class: "soft" }, say("password_change_more"));
  return el("section", { class: "card" }, el("h2", {}, say("password_head")), more, change, done);
}

function signIns(page: Context): HTMLElement {
  const { say } = page;
  const list = el("ul", { class: "list" });
  const others = el("button", { type: "button", hidden: true }, say("end_others"));
  const look = async () => {
    const answer = await ask("GET", "account/sign-ins");
    if (answer.status === 401) return page.left();
    const all = signInsOf(answer.json["sign_ins"]);
    list.replaceChildren(...all.map((one) => signInRow(page, one, end)));
    others.hidden = all.length < 2;
  };
  const end = async (path: string) => {
    await ask("DELETE", path);
    await look();
  };
  others.addEventListener("click", () => void end("account/sign-ins"));
  void look();
  return el("section", { class: "card" }, el("h2", {}, say("sign_ins_head")), list, el("div", { class: "row" }, others));
}

function signInRow(page: Context, one: SignIn, end: (path: string) => Promise<void>): HTMLElement {
  const { say } = page;
  const browser = one.browser || say("unknown_browser");
  const used = one.used === null ? "" : say("used", { when: short(page.language, one.used, Date.now(), page.zone) });
  const words = el("div", {}, el("b", {}, browser), el("p", { class: "hint" }, one.here ? say("this_browser") : used));
  const press = () => void end(`account/sign-ins/${segment(one.id)}`);
  const button = one.here
    ? null
    : el("button", { type: "button", "aria-label": `${say("end_sign_in")}: ${browser}`, press }, say("end_sign_in"));
  return el("li", {}, words, button);
}

function keptRow(page: Context, one: Kept, end: () => void): HTMLElement {
  const { say, language } = page;
  const said = [
    one.made === null ? "" : say("made_on", { when: day(language, one.made) }),
    one.used === null ? say("never_used") : say("used", { when: day(language, one.used) }),
    one.ends === null ? "" : say("ends", { when: day(language, one.ends) }),
  ].filter((text) => text !== "");
  const words = el("div", {}, el("b", {}, one.label), el("p", { class: "hint" }, said.join(" · ")));
  return el(
    "li",
    {},
    words,
    el("button", { type: "button", "aria-label": `${say("remove")}: ${one.label}`, press: end }, say("remove")),
  );
}

/** Shows what can be made and ended: passkeys, tokens. Returns the list and how to look again. */
function kept(page: Context, path: string, name: string, none: string): readonly [HTMLElement, () => Promise<void>] {
  const list = el("ul", { class: "list" });
  const look = async () => {
    const answer = await ask("GET", path);
    const all = keptOf(answer.json[name]);
    const rows = all.map((one) =>
      keptRow(page, one, () => void ask("DELETE", `${path}/${segment(one.id)}`).then(look)),
    );
    list.replaceChildren(...(rows.length > 0 ? rows : [el("li", { class: "soft" }, none)]));
  };
  void look();
  return [list, look];
}

function passkeys(page: Context): HTMLElement {
  const { say } = page;
  const [list, look] = kept(page, "account/passkeys", "passkeys", say("no_passkeys"));
  const card = el("section", { class: "card" }, el("h2", {}, say("passkeys_head")), el("p", { class: "soft" }, say("passkeys_more")), list);
  if (!page.canPasskey) {
    const words = page.passkeys === "" ? say("passkeys_nowhere") : say("passkey_elsewhere", { address: page.passkeys });
    card.append(el("p", { class: "hint" }, words));
    return card;
  }
  const label = input("label", { required: true, maxlength: "60" });
  label.defaultValue = navigator.platform;
  const add = form(
    [field(say("passkey_name"), label), password(say, say("confirm_password"), "password")],
    say("add_passkey"),
    async (values) => {
      const refused = await addPasskey(page, said(values, "label"), said(values, "password"));
      if (refused === "") {
        add.reset();
        await look();
      }
      return refused;
    },
    false,
  );
  card.append(add);
  return card;
}

async function addPasskey(page: Context, label: string, secret: string): Promise<string> {
  const asked = await ask("POST", "account/passkeys/options", { password: secret });
  const options = asked.json["options"];
  if (!good(asked) || !isObject(options)) return page.why(asked);
  const credential = await make(options);
  if (credential === null) return page.say("passkey_gave_up");
  const answer = await ask("POST", "account/passkeys", { credential, label });
  return good(answer) ? "" : page.why(answer);
}

function tokens(page: Context): HTMLElement {
  const { say } = page;
  const [list, look] = kept(page, "tokens", "tokens", say("no_tokens"));
  const place = el("div", { role: "status" });
  const scopes = el("fieldset", {}, el("legend", {}, say("token_scopes")));
  for (const [scope, words] of SCOPES) {
    const box = el("input", { type: "checkbox", name: "scopes", value: scope });
    box.defaultChecked = scope === "rooms:read";
    scopes.append(el("label", { class: "check" }, box, el("span", {}, say(words))));
  }
  const days = select("days", [...DAYS.map((count) => [String(count), say("for_days", { count })] as const), ["", say("for_ever")]], "90");
  const label = input("label", { required: true, maxlength: "60" });
  const add = form(
    [field(say("token_name"), label), scopes, field(say("token_days"), days)],
    say("make_token"),
    async (values) => {
      const answer = await ask("POST", "tokens", {
        label: said(values, "label"),
        scopes: values.getAll("scopes"),
        days: said(values, "days") === "" ? null : Number(said(values, "days")),
      });
      if (!good(answer)) return page.why(answer);
      place.replaceChildren(copied(say, said(values, "label"), textOf(answer.json["token"]), say("token_made")));
      add.reset();
      await look();
      return "";
    },
    false,
  );
  const folded = el("details", {}, el("summary", {}, say("make_token")), add);
  return el("section", { class: "card" }, el("h2", {}, say("tokens_head")), el("p", { class: "soft" }, say("tokens_more")), list, place, folded);
}
