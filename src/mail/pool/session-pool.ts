// The sessions of one side: the main one, further ones where they are worth it, and those that callers keep.

import type { Session } from "../../imap/session/session.ts";
import type { Connector } from "./connector.ts";

export interface PoolOptions {
  /** Makes the main session. */
  readonly main: Connector;
  /** Makes any other session; like `main` unless given. */
  readonly extra?: Connector;
  /** How many sessions may work on mailboxes at once, the main one included. */
  readonly limit: number;
}

export class SessionPool {
  readonly #options: PoolOptions;
  readonly #signal: AbortSignal;
  readonly #open = new Set<Session>();
  #main: Session | undefined;
  #making: Promise<Session> | undefined;
  readonly #extras = new Set<Promise<Session | undefined>>();
  readonly #spare: Session[] = [];

  /** Connecting, now or later, fails with the signal's reason. */
  constructor(options: PoolOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /**
   * The main session; opened if it is missing.
   * @throws InterimapError
   */
  async main(): Promise<Session> {
    if (this.#main?.isUsable === true) return this.#main;
    // Several may want it at once.
    this.#making ??= this.#add(this.#options.main).finally(() => {
      this.#making = undefined;
    });
    this.#main = await this.#making;
    return this.#main;
  }

  /**
   * A session beside the main one, exclusive until it is released. Undefined if there is none, which is not an error.
   */
  async acquire(): Promise<Session | undefined> {
    const spare = this.#spare.shift();
    if (spare?.isUsable === true) return spare;
    // A refused connection still counts, so that the server is not asked again.
    if (this.#extras.size + 1 >= this.#options.limit) return undefined;
    const made = this.openApart().catch(() => undefined);
    this.#extras.add(made);
    return made;
  }

  release(session: Session): void {
    this.#spare.push(session);
  }

  /** One more session, which the caller keeps. @throws InterimapError */
  openApart(): Promise<Session> {
    return this.#add(this.#options.extra ?? this.#options.main);
  }

  /** Says goodbye to all sessions that can be acquired. */
  async shrink(): Promise<void> {
    const extras = [...this.#extras];
    this.#extras.clear();
    this.#spare.length = 0;
    await Promise.all(extras.map(async (extra) => (await extra)?.logout()));
  }

  /** Ends the main session at once; with `busy`, only if it waits for an answer. */
  abortMain(reason: Error, when: "busy" | "always"): void {
    if (when === "always" || this.#main?.isIdle === false) this.#main?.destroy(reason);
  }

  /** Ends every session at once. */
  abort(reason?: Error): void {
    for (const session of this.#open) session.destroy(reason);
  }

  /** From now on, no session waits longer than this for its server. In ms. */
  limitSilence(ms: number): void {
    for (const session of this.#open) session.limitSilence(ms);
  }

  /** Says goodbye everywhere; never fails. */
  async logout(): Promise<void> {
    await Promise.all([...this.#open].map((session) => session.logout()));
  }

  async #add(connect: Connector): Promise<Session> {
    const session = await connect({ signal: this.#signal });
    this.#open.add(session);
    void session.ended.then(() => this.#open.delete(session));
    return session;
  }
}
