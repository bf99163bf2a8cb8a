// A password that is asked for once in a run. Only when the server refuses it, its source is asked again.

import { InterimapError } from "../model/errors.ts";

export type Ask = (signal: AbortSignal | undefined) => Promise<string>;

export interface Wanted {
  /** What the server refused; undefined at the first try of a login. */
  readonly refused: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One for all connections to a server, which take turns. */
export class KeptSecret {
  readonly #ask: Ask;
  readonly #onFailure: (error: InterimapError) => void;
  #known: string | undefined;
  /** Refused by the server, although its source has no other. */
  #stale: string | undefined;

  /** `onFailure`: the source failed after a refusal, and so there is no other secret. */
  constructor(ask: Ask, onFailure: (error: InterimapError) => void) {
    this.#ask = ask;
    this.#onFailure = onFailure;
  }

  /** Undefined: there is no other than the refused one. Must be called in turn. */
  async get({ refused, signal }: Wanted): Promise<string | undefined> {
    if (refused === undefined) return (this.#known ??= await this.#ask(signal));
    // Another connection has asked meanwhile.
    if (this.#known !== undefined && this.#known !== refused) return this.#known;
    this.#known = undefined;
    // It was asked for this very login, and once more would be in vain.
    if (this.#stale === refused) return undefined;
    const other = await this.#askAgain(signal);
    this.#stale = other === refused ? refused : undefined;
    if (other !== refused) this.#known = other;
    return this.#known;
  }

  async #askAgain(signal: AbortSignal | undefined): Promise<string | undefined> {
    try {
      return await this.#ask(signal);
    } catch (error) {
      if (!(error instanceof InterimapError) || error.code !== "CREDENTIALS") throw error;
      this.#onFailure(error);
      return undefined;
    }
  }
}
