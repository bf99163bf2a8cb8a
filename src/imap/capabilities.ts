// What a server says it can do. One place decides what we cannot do without.

import { InterimapError } from "../model/errors.ts";
import { programName } from "../model/vocabulary.ts";

export class Capabilities {
  readonly #names: ReadonlySet<string>;
  readonly #disavowed: ReadonlySet<string>;
  /** RFC 7889: the size in octets of the largest message that can be appended to any mailbox, if the server has one. */
  readonly appendLimit: number | undefined;
  /** RFC 9738: how many messages a command is carried out for at most, if the server has such a limit. */
  readonly messageLimit: number | undefined;

  /** `disavowed` are listed, and yet the server does not know them; it may grow. */
  constructor(names: Iterable<string>, disavowed: ReadonlySet<string> = new Set()) {
    this.#names = new Set(Array.from(names, (name) => name.toUpperCase()));
    this.#disavowed = disavowed;
    this.appendLimit = limitAmong(this.#names, /^APPENDLIMIT=(\d{1,15})$/);
    const messageLimit = limitAmong(this.#names, /^MESSAGELIMIT=(\d{1,15})$/);
    this.messageLimit = messageLimit === 0 ? undefined : messageLimit;
  }

  except(disavowed: ReadonlySet<string>): Capabilities {
    return new Capabilities(this.#names, disavowed);
  }

  has(name: string): boolean {
    return this.#names.has(name) && !this.#disavowed.has(name);
  }

  /** For people, in capitals. */
  get names(): Iterable<string> {
    return this.#names;
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** RFC 7888: literals of any size need no `+` from the server. */
  get literalPlus(): boolean {
    return this.has("LITERAL+");
  }

  /** RFC 7888: literals of at most 4,096 octets need no `+`. */
  get literalMinus(): boolean {
    return this.has("LITERAL-") || this.has("IMAP4REV2");
  }

  /** RFC 3502: an APPEND may have several messages. */
  get multiAppend(): boolean {
    return this.has("MULTIAPPEND");
  }

  /** RFC 8474: mailboxes have ids. */
  get mailboxIds(): boolean {
    return this.has("OBJECTID");
  }

  /** RFC 8514: messages have a time at which they came to their mailbox. */
  get saveDates(): boolean {
    return this.has("SAVEDATE");
  }

  /**
   * Gmail's: a message exists once, in each mailbox whose label it has. \Deleted takes the label away, and APPEND of a
   * message that is there tells its UID.
   */
  get mailboxesAreLabels(): boolean {
    return this.has("X-GM-EXT-1");
  }

  offersMechanism(mechanism: string): boolean {
    return this.has(`AUTH=${mechanism}`);
  }
}

function limitAmong(names: ReadonlySet<string>, pattern: RegExp): number | undefined {
  for (const name of names) {
    const limit = pattern.exec(name)?.[1];
    if (limit !== undefined) return Number(limit);
  }
  return undefined;
}

/**
 * Everything stands on the base protocol (RFC 3501, or its successor RFC 9051); no extension is required.
 * @throws InterimapError CAPABILITY_MISSING
 */
export function requireImap4(capabilities: Capabilities): void {
  if (capabilities.has("IMAP4REV1") || capabilities.has("IMAP4REV2")) return;
  throw new InterimapError("CAPABILITY_MISSING", "the server offers neither IMAP4rev1 nor IMAP4rev2", {
    hint: `${programName()} cannot work with this server`,
  });
}
