/** A shell: the way in: signing in, the first owner, a link that makes an account. */

import type { Context } from "./context";
import { ask, good } from "./house";
import { el, field, form, input, password, said } from "./parts";
import { sign } from "./passkeys";
import { accountOf } from "./read";

export function signIn(page: Context, owned: boolean): HTMLElement {
  const { say } = page;
  if (!owned) return unowned(page);
  const card = el("section", { class: "card narrow" }, el("h1", {}, say("sign_in")));
  card.append(el("p", { class: "soft" }, say("sign_in_more")));
  card.append(...byPasskey(page), byPassword(page));
  return card;
}

/** Nobody can sign in yet: a form would only mislead. */
function unowned({ say }: Context): HTMLElement {
  return el(
    "section",
    { class: "card narrow" },
    el("h1", {}, say("no_owner")),
    el("p", { class: "soft" }, say("no_owner_more")),
    el("p", {}, el("code", {}, "fullhouse owner-link")),
  );
}

function byPasskey(page: Context): readonly Node[] {
  const { say } = page;
  if (!page.canPasskey) {
    if (page.passkeys === "") return [];
    const there = el("a", { href: `${page.passkeys}/` }, page.passkeys);
    const [before = "", after = ""] = say("passkey_elsewhere", { address: "\n" }).split("\n");
    return [el("p", { class: "hint" }, before, there, after)];
  }
  const trouble = el("p", { class: "strip", role: "alert", "data-tone": "trouble", hidden: true });
  const button = el(
    "button",
    {
      type: "button",
      class: "strong wide",
      press: () => {
        button.disabled = true;
        void withPasskey(page).then((refused) => {
          button.disabled = false;
          trouble.textContent = refused;
          trouble.hidden = refused === "";
        });
      },
    },
    say("with_passkey"),
  );
  return [button, trouble, el("p", { class: "or" }, say("or"))];
}

async function withPasskey(page: Context): Promise<string> {
  const asked = await ask("POST", "sign-in/passkey/options");
  if (!good(asked)) return page.why(asked);
  const options = asked.json["options"];
  const credential = await sign(options as Readonly<Record<string, unknown>>);
  if (credential === null) return page.say("passkey_gave_up");
  const answer = await ask("POST", "sign-in/passkey", { credential });
  return enter(page, answer);
}

function byPassword(page: Context): HTMLElement {
  const { say } = page;
  const login = input("login", {
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
    maxlength: "60",
  });
  return form(
    [field(say("login"), login), password(say, say("password"), "password")],
    say("sign_in"),
    async (values) => {
      const body = { login: said(values, "login"), password: said(values, "password") };
      return enter(page, await ask("POST", "sign-in", body));
    },
    !page.canPasskey,
  );
}

function enter(page: Context, answer: Awaited<ReturnType<typeof ask>>): string {
  const account = good(answer) ? accountOf(answer.json) : null;
  if (account === null) return page.why(answer);
  page.entered(account);
  return "";
}

export function first(page: Context, secret: string): HTMLElement {
  const { say } = page;
  return el(
    "section",
    { class: "card narrow" },
    el("h1", {}, say("first")),
    el("p", { class: "soft" }, say("first_more")),
    newAccount(page, "first", secret, say("make_owner"), ""),
  );
}

/** Shows what a link is for, and lets its reader make the account. */
export async function accept(page: Context, secret: string): Promise<HTMLElement> {
  const { say } = page;
  const told = await ask("GET", "accounts/invitation", undefined, secret);
  if (told.status === 410 || told.status === 401) return gone(page);
  if (!good(told))
    return el("p", { class: "strip", role: "alert", "data-tone": "trouble" }, page.why(told));
  const by = typeof told.json["made_by"] === "string" ? told.json["made_by"] : say("somebody");
  const name = typeof told.json["name"] === "string" ? told.json["name"] : "";
  const words = told.json["kind"] === "owner" ? say("accept_owner", { by }) : say("accept_host", { by });
  return el(
    "section",
    { class: "card narrow" },
    el("h1", {}, say("accept")),
    el("p", { class: "soft" }, words),
    newAccount(page, "accounts/accept", secret, say("make_account"), name),
  );
}

export function gone({ say, go }: Context): HTMLElement {
  return el(
    "section",
    { class: "card narrow" },
    el("h1", {}, say("link_gone")),
    el("p", { class: "soft" }, say("link_gone_more")),
    el("div", { class: "row" }, el("button", { type: "button", press: () => go("") }, say("to_sign_in"))),
  );
}

function newAccount(
  page: Context,
  path: string,
  secret: string,
  press: string,
  proposed: string,
): HTMLElement {
  const { say } = page;
  const name = input("name", { autocomplete: "name", required: true, maxlength: "60" });
  name.value = proposed;
  const login = input("login", {
    autocomplete: "username",
    autocapitalize: "none",
    spellcheck: "false",
    required: true,
    maxlength: "60",
  });
  return form(
    [
      field(say("your_name"), name, say("your_name_more")),
      field(say("your_login"), login, say("your_login_more")),
      password(say, say("choose_password"), "password", say("password_more"), true),
    ],
    press,
    async (values) => {
      const body = {
        secret,
        name: said(values, "name"),
        login: said(values, "login"),
        password: said(values, "password"),
      };
      return enter(page, await ask("POST", path, body));
    },
  );
}
