// What a server says it can do. One place decides what we cannot do without.

import { InterimapError } from "../model/errors.ts";

export class Capabilities {
  readonly #names: ReadonlySet<string>;
  /** RFC 7889: the size in octets of the largest message that can be appended to any mailbox, if the server has one. */
  readonly appendLimit: number | undefined;

  constructor(names: Iterable<string>) {
    this.#names = new Set(Array.from(names, (name) => name.toUpperCase()));
    this.appendLimit = appendLimitAmong(this.#names);
  }

  has(name: string): boolean {
    return this.#names.has(name);
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

  /** RFC 3691: a mailbox can be left without another one being selected. */
  get canLeave(): boolean {
    return this.has("UNSELECT");
  }

  offersMechanism(mechanism: string): boolean {
    return this.has(`AUTH=${mechanism}`);
  }
}

function appendLimitAmong(names: ReadonlySet<string>): number | undefined {
  for (const name of names) {
    const limit = /^APPENDLIMIT=(\d{1,15})$/.exec(name)?.[1];
    if (limit !== undefined) return Number(limit);
  }
  return undefined;
}

/** Each with what makes up for its absence. */
const required: readonly { readonly name: string; readonly rfc: string; readonly instead?: string }[] = [
  { name: "QRESYNC", rfc: "RFC 7162" },
  { name: "LIST-EXTENDED", rfc: "RFC 5258" },
  { name: "LIST-STATUS", rfc: "RFC 5819", instead: "NOTIFY" },
];

/**
 * Checks that a server offers every extension the synchronisation stands on.
 * @throws InterimapError CAPABILITY_MISSING naming all that are missing.
 */
export function requireCapabilities(capabilities: Capabilities): void {
  const missing = required.filter(
    ({ name, instead }) => !capabilities.has(name) && !(instead !== undefined && capabilities.has(instead)),
  );
  if (missing.length === 0) return;
  const names = missing.map(({ name, rfc }) => `${name} (${rfc})`).join(", ");
  throw new InterimapError("CAPABILITY_MISSING", `the server does not offer ${names}`, {
    hint: "interimap cannot work with this server",
  });
}
