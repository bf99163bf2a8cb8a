// What a login asks for. Made by credentials/, which knows where secrets come from; a login does not.

import type { Hint } from "../../model/remedy.ts";

export type CredentialKind = "password" | "token" | "certificate";

export interface Occasion {
  /** The server refused what was handed out before. */
  readonly rejected: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** For one login to an account. */
export interface Credentials {
  /** Whose they are: the same object for all logins to an account in a run, with which one may remember what they led to. */
  readonly account: object;
  readonly username: string | undefined;
  /** For whom to act (RFC 4422 2); undefined: for `username`. */
  readonly authzid: string | undefined;
  /** What can be had, without asking anybody. */
  readonly kinds: ReadonlySet<CredentialKind>;
  /** How to get another token than one that is refused; undefined: that is a command's business. */
  readonly renewal?: Hint | undefined;
  /** What was handed out so far, or is known without asking: nothing that a server says may show it. */
  readonly secrets: Iterable<string>;
  /**
   * The password. Its source is asked once a run, and once more when `rejected`; undefined: there is no other than the
   * rejected one.
   * @throws InterimapError, or the signal's reason
   */
  password(occasion: Occasion): Promise<string | undefined>;
  /**
   * An OAuth 2 access token, asked anew for each login; when `rejected`, a fresh one.
   * @throws InterimapError, or the signal's reason
   */
  token(occasion: Occasion): Promise<string | undefined>;
}
