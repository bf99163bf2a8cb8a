// What must be left of mailboxes that clients deleted: whatever was on both sides then, and nobody deleted by itself, is kept on
// the other side, or came back. What was copied out of such a mailbox counts as moved out of it, so it is gone if the copy was
// deleted.

import type { MailStoreSnapshot } from "../support/snapshot.ts";
import type { Model } from "./chaos-model.ts";

/** As the program has it by default. */
const trash = "Deleted Mailboxes";

/** By the program's name. */
export function isInTrash(name: string): boolean {
  return name === trash || name.startsWith(`${trash}\0`);
}

interface Expected {
  readonly name: string;
  readonly tokens: readonly string[];
}

export class KeptMail {
  readonly #model: Model;
  readonly #expected: Expected[] = [];
  #byHand = 0;

  constructor(model: Model) {
    this.#model = model;
  }

  /** To be called before the command. What is returned is to be told once it is done. */
  expect(name: string): () => void {
    const tokens = this.#model.settledIn(name);
    return () => this.#expected.push({ name, tokens });
  }

  /** Somebody deletes it everywhere. */
  deletedByHand(name: string): void {
    this.#byHand++;
    const left = this.#expected.filter((one) => one.name !== name);
    this.#expected.splice(0, this.#expected.length, ...left);
  }

  get statistics(): { readonly deleted: number; readonly byHand: number } {
    return { deleted: this.#expected.length, byHand: this.#byHand };
  }

  /** What is on no side any more, a line each. */
  flaws(stores: readonly MailStoreSnapshot[]): string[] {
    if (!this.#model.followsDeletions) return [];
    const there = new Set(
      stores.flatMap(({ mailboxes }) =>
        [...mailboxes.values()].flat().map(({ digest }) => this.#model.tokenOf(digest)),
      ),
    );
    return this.#expected.flatMap(({ name, tokens }) =>
      tokens
        .filter((token) => this.#model.isUndeletedAnywhere(token) && !there.has(token))
        .map((token) => `${name.replaceAll("\0", "/")}: ${token} is nowhere any more`),
    );
  }
}
