// The end of the wait for a browser: what was judged of an answer, and what the browser is shown then.

import type { ServerResponse } from "node:http";
import type { Dialogue } from "./exchange.ts";
import { type Page, pageFor, sendPage } from "./pages.ts";

/** stray: this is not the answer that is awaited. */
export type Verdict = "done" | "stray";

export interface Awaiting {
  /** As the redirect URI names this machine. */
  readonly host: string;
  /** For people. */
  readonly issuer: string;
  /** Where the browser has to go. */
  readonly urlFor: (redirectUri: string) => string;
  /** Throws what ends the login. */
  readonly judge: (answer: URLSearchParams, redirectUri: string) => Promise<Verdict>;
  readonly isRefusal: (error: unknown) => boolean;
  readonly dialogue: Dialogue;
}

interface Outcome {
  /** Undefined: all went well. */
  readonly error?: Error;
}

export class Ending {
  readonly #awaiting: Awaiting;
  readonly #redirectUri: string;
  readonly reached: Promise<Outcome>;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #outcome: Outcome | undefined;
  #page: Page | undefined;
  #isBusy = false;
  #isBrowserWaiting = false;
  #onFarewell: (() => void) | undefined;

  constructor(awaiting: Awaiting, redirectUri: string) {
    this.#awaiting = awaiting;
    this.#redirectUri = redirectUri;
    this.reached = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Without an answer. */
  fail(error: Error): void {
    this.#resolve({ error });
  }

  /** From the address that the browser was sent to, which it then leaves: it holds a code. */
  async take(answer: URLSearchParams, response: ServerResponse): Promise<void> {
    // A browser may ask twice; the code is good once.
    if (!this.#isBusy) await this.#judge(answer);
    if (this.#page === undefined) {
      sendPage(response, 400, pageFor("stray"));
      return;
    }
    this.#isBrowserWaiting = true;
    response.writeHead(303, { location: "/end", "cache-control": "no-store", "referrer-policy": "no-referrer" }).end();
    this.#conclude();
  }

  /** The user's input: the address where a browser on another machine ended. */
  async takeLines(lines: AsyncIterable<string>): Promise<void> {
    try {
      for await (const line of lines) {
        const text = line.trim();
        if (text === "" || this.#isBusy) continue;
        if (URL.canParse(text)) await this.#judge(new URL(text).searchParams);
        if (this.#page === undefined)
          this.#awaiting.dialogue.say("That is not the address that the browser shows in the end.");
        else this.#conclude();
      }
    } catch {
      // Without input, the browser has to come.
    }
  }

  sayFarewell(response: ServerResponse): void {
    sendPage(response, this.#page === undefined ? 404 : 200, this.#page ?? pageFor("stray"));
    response.once("close", () => this.#onFarewell?.());
  }

  /** Lets the browser show how it went. */
  async farewell(limitMs: number): Promise<void> {
    if (!this.#isBrowserWaiting) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onFarewell = resolve;
      timer = setTimeout(resolve, limitMs);
    });
    clearTimeout(timer);
  }

  async #judge(answer: URLSearchParams): Promise<void> {
    this.#isBusy = true;
    const { judge, isRefusal, issuer } = this.#awaiting;
    try {
      if ((await judge(answer, this.#redirectUri)) === "stray") {
        this.#isBusy = false;
        return;
      }
      this.#page = pageFor("done", issuer);
      this.#outcome = {};
    } catch (error) {
      this.#page = pageFor(isRefusal(error) ? "refused" : "failed", issuer);
      this.#outcome = { error: error as Error };
    }
  }

  #conclude(): void {
    if (this.#outcome !== undefined) this.#resolve(this.#outcome);
  }
}
