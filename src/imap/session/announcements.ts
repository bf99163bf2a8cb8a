// What a server says of itself, whenever it likes: the greeting, what it can do, and what people are to read.

import { Capabilities } from "../capabilities.ts";
import type { StatusResponse, TaggedResponse, UntaggedResponse } from "../responses.ts";

interface Awaiting {
  readonly resolve: (greeting: StatusResponse) => void;
  readonly reject: (reason: Error) => void;
}

export interface AnnouncementOptions {
  /** Gets what the server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: ((text: string) => void) | undefined;
  /** Extensions that the server lists and does not know; shared by all connections to it. */
  readonly disavowed?: Set<string> | undefined;
}

export class Announcements {
  readonly #onAlert: ((text: string) => void) | undefined;
  readonly #disavowed: Set<string>;
  #capabilities = new Capabilities([]);
  #awaiting: Awaiting | undefined;
  /** "" before there is a greeting. */
  greetingText = "";

  constructor({ onAlert, disavowed = new Set() }: AnnouncementOptions) {
    this.#onAlert = onAlert;
    this.#disavowed = disavowed;
  }

  /** As the server mentioned them last, as far as they can be believed. */
  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  set capabilities(capabilities: Capabilities) {
    this.#capabilities = capabilities.except(this.#disavowed);
  }

  /** Whatever the server says, it does not know this extension. True when that is news. */
  disavow(extension: string): boolean {
    const isNews = !this.#disavowed.has(extension);
    this.#disavowed.add(extension);
    return isNews;
  }

  get awaitsGreeting(): boolean {
    return this.#awaiting !== undefined;
  }

  /** Resolves with the server's first status response. */
  greeting(): Promise<StatusResponse> {
    return new Promise((resolve, reject) => {
      this.#awaiting = { resolve, reject };
    });
  }

  /** True when the response is the greeting, and nothing else. */
  isGreeting(response: StatusResponse): boolean {
    if (this.#awaiting === undefined) return false;
    this.note(response);
    this.greetingText = response.text;
    this.#awaiting.resolve(response);
    this.#awaiting = undefined;
    return true;
  }

  /** There will be no greeting. */
  end(reason: Error): void {
    this.#awaiting?.reject(reason);
  }

  note(response: TaggedResponse | UntaggedResponse): void {
    if (response.kind === "capability") this.capabilities = new Capabilities(response.capabilities);
    if (response.kind !== "status" && response.kind !== "tagged") return;
    if (response.code?.name === "CAPABILITY") {
      this.capabilities = new Capabilities(response.code.text.split(" ").filter((name) => name !== ""));
    }
    if (response.code?.name === "ALERT") this.#onAlert?.(response.text);
  }
}
