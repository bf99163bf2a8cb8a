// What a server says of itself, whenever it likes: the greeting, what it can do, and what people are to read.

import { Capabilities } from "../capabilities.ts";
import type { StatusResponse, TaggedResponse, UntaggedResponse } from "../responses.ts";

interface Awaiting {
  readonly resolve: (greeting: StatusResponse) => void;
  readonly reject: (reason: Error) => void;
}

export class Announcements {
  /** As the server mentioned them last. */
  capabilities = new Capabilities([]);
  readonly #onAlert: ((text: string) => void) | undefined;
  #awaiting: Awaiting | undefined;

  /** `onAlert` gets what the server wants people to read (RFC 3501 7.1, ALERT). */
  constructor(onAlert: ((text: string) => void) | undefined) {
    this.#onAlert = onAlert;
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
