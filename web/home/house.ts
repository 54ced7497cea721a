/** A shell: the house's interface over HTTP, for whoever is signed in with this browser's cookie. */

import { isObject, textOf } from "../stream/news";

/** What the house answered; status 0 where it did not. */
export interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
  readonly code: string;
  readonly message: string;
}

const ANSWERS_WITHIN = 15_000;

export const good = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Asks the house. `key`: a link's secret, which takes the cookie's place. */
export async function ask(
  method: string,
  path: string,
  body?: Readonly<Record<string, unknown>>,
  key = "",
): Promise<Answer> {
  const headers = new Headers();
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (key !== "") headers.set("Authorization", `Bearer ${key}`);
  try {
    const answer = await fetch(`/api/${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWERS_WITHIN),
      cache: "no-store",
    });
    const said: unknown = answer.status === 204 ? {} : await answer.json();
    const json = isObject(said) ? said : {};
    return { status: answer.status, json, code: textOf(json["code"]), message: textOf(json["message"]) };
  } catch {
    return { status: 0, json: {}, code: "house_away", message: "" };
  }
}

export function segment(text: string): string {
  return encodeURIComponent(text);
}
