/** A core: what every place of the page is given. */

import type { Language } from "../words/language";
import type { Account } from "./place";
import type { Home } from "./speech";

export interface Context {
  readonly say: Home;
  readonly language: Language;
  /** The visitor's own time zone. */
  readonly zone: string;
  /** Where passkeys can be used; empty: nowhere. */
  readonly passkeys: string;
  /** True on a page that can use them. */
  readonly canPasskey: boolean;
  /** Says why something was refused, in the visitor's language. */
  readonly why: (answer: { readonly code: string; readonly message: string }) => string;
  /** Somebody has just signed in, or is somebody else now. */
  readonly entered: (account: Account) => void;
  /** Nobody is signed in any more. */
  readonly left: () => void;
  readonly go: (hash: string) => void;
  /** Ends when the visitor goes to another place. */
  readonly signal: AbortSignal;
}
