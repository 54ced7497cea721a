/** A shell: the pieces that all places of the page are put together from. Text is always text. */

import type { Home } from "./speech";

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string | boolean | (() => void)>>;

/** Makes an element: `el("p", { class: "soft" }, "text")`. A function is what happens on a press. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener("click", value);
    else if (typeof value === "string") element.setAttribute(name, value);
    else element.toggleAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

let count = 0;

/** Makes an input with its label above it and what is to be known of it below. */
export function field(
  label: string,
  input: HTMLInputElement | HTMLSelectElement,
  more = "",
): HTMLElement {
  count += 1;
  const name = `field-${count}`;
  input.id ||= name;
  const hint = more === "" ? null : el("p", { class: "hint", id: `${name}-more` }, more);
  if (hint !== null) input.setAttribute("aria-describedby", hint.id);
  return el("div", { class: "field" }, el("label", { for: input.id }, label), input, hint);
}

export function input(name: string, more: Attributes = {}): HTMLInputElement {
  return el("input", { name, type: "text", ...more });
}

/** A password's input, which can be looked at. */
export function password(say: Home, label: string, name: string, more = "", isNew = false): HTMLElement {
  const box = input(name, {
    type: "password",
    autocomplete: isNew ? "new-password" : "current-password",
    maxlength: "200",
    required: true,
  });
  const whole = field(label, box, more);
  const eye = el("button", {
    type: "button",
    class: "eye",
    "aria-pressed": "false",
    "aria-label": say("show_password"),
    press: () => {
      const shown = box.type === "password";
      box.type = shown ? "text" : "password";
      eye.setAttribute("aria-pressed", String(shown));
    },
  });
  const row = el("div", { class: "with-eye" });
  box.replaceWith(row);
  row.append(box, eye);
  return whole;
}

export function select(
  name: string,
  options: readonly (readonly [string, string])[],
  chosen: string,
): HTMLSelectElement {
  const list = el("select", { name });
  for (const [value, text] of options) list.append(new Option(text, value, value === chosen, value === chosen));
  return list;
}

/** Makes one of several answers to a question, with a sentence about it. */
export function choice(name: string, value: string, head: string, more: string, chosen: boolean): HTMLElement {
  const box = el("input", { type: "radio", name, value });
  box.checked = chosen;
  const words = el("span", {}, el("b", {}, head), el("small", {}, more));
  return el("label", { class: "choice" }, box, words);
}

/** Makes a link to be handed out, with a button that copies it. */
export function copied(say: Home, label: string, text: string, more = ""): HTMLElement {
  const box = input("link", { readonly: true, class: "mono" });
  box.value = text;
  box.addEventListener("focus", () => box.select());
  const button = el(
    "button",
    {
      type: "button",
      "aria-label": `${say("copy")}: ${label}`,
      press: () => {
        box.select();
        void copy(text, box).then((done) => {
          if (!done) return;
          button.textContent = say("copied");
          button.classList.add("done");
        });
      },
    },
    say("copy"),
  );
  const whole = field(label, box, more);
  const row = el("div", { class: "with-copy" });
  box.replaceWith(row);
  row.append(box, button);
  return whole;
}

/** Copies a text, also where the page came without https and the browser has no clipboard for it. */
async function copy(text: string, box: HTMLInputElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    box.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without https
    return document.execCommand("copy");
  }
}

/** Makes a form whose refusal is said in it, and which keeps all that was typed. */
export function form(
  parts: readonly Child[],
  press: string,
  send: (values: FormData) => Promise<string>,
  strong = true,
): HTMLFormElement {
  const trouble = el("p", { class: "strip", role: "alert", "data-tone": "trouble", hidden: true });
  const button = el("button", { type: "submit", class: strong ? "strong" : "" }, press);
  const whole = el("form", { novalidate: false }, ...parts, trouble, el("div", { class: "row" }, button));
  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    trouble.hidden = true;
    void send(new FormData(whole)).then((said) => {
      button.disabled = false;
      trouble.textContent = said;
      trouble.hidden = said === "";
    });
  });
  return whole;
}

export function said(values: FormData, name: string): string {
  const value = values.get(name);
  return typeof value === "string" ? value : "";
}
