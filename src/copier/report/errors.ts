// What can go wrong without ending the run, by classes: the exit code is that of the class with the most errors.

import type { ExitName } from "./exit-code.ts";

interface ErrorClass {
  /** As the list of errors has it. Ties are broken by the order of these names. */
  readonly name: string;
  readonly exit: ExitName;
}

/** The worst first, for `--exit-priority=severity`: what concerns an account, then folders, then messages. */
const classes = {
  "login-user1": { name: "ERR_AUTHENTICATION_FAILURE_USER1", exit: "EXIT_AUTHENTICATION_FAILURE_USER1" },
  "login-user2": { name: "ERR_AUTHENTICATION_FAILURE_USER2", exit: "EXIT_AUTHENTICATION_FAILURE_USER2" },
  tls: { name: "ERR_EXIT_TLS_FAILURE", exit: "EXIT_TLS_FAILURE" },
  "connect-host1": { name: "ERR_CONNECTION_FAILURE_HOST1", exit: "EXIT_CONNECTION_FAILURE_HOST1" },
  "connect-host2": { name: "ERR_CONNECTION_FAILURE_HOST2", exit: "EXIT_CONNECTION_FAILURE_HOST2" },
  "connection-lost": { name: "ERR_CONNECTION_FAILURE", exit: "EXIT_CONNECTION_FAILURE" },
  quota: { name: "ERR_OVERQUOTA", exit: "EXIT_OVERQUOTA" },
  create: { name: "ERR_CREATE", exit: "EXIT_ERR_CREATE" },
  select: { name: "ERR_SELECT", exit: "EXIT_ERR_SELECT" },
  fetch: { name: "ERR_Host1_FETCH", exit: "EXIT_ERR_FETCH" },
  append: { name: "ERR_APPEND", exit: "EXIT_ERR_APPEND" },
  "append-size": { name: "ERR_APPEND_SIZE", exit: "EXIT_ERR_APPEND" },
  "append-virus": { name: "ERR_APPEND_VIRUS", exit: "EXIT_ERR_APPEND_VIRUS" },
  flags: { name: "ERR_FLAGS", exit: "EXIT_ERR_FLAGS" },
  unclassified: { name: "ERR_UNCLASSIFIED", exit: "EXIT_WITH_ERRORS" },
  "transfer-exceeded": { name: "ERR_TRANSFER_EXCEEDED", exit: "EXIT_TRANSFER_EXCEEDED" },
} as const satisfies Record<string, ErrorClass>;

export type ErrorKind = keyof typeof classes;

/** An error that counts, and does not end the run by itself. */
export interface CountedError {
  readonly kind: ErrorKind;
  /** One sentence for people: where, what, and the server's words. */
  readonly text: string;
}

/** What the class is called when there was no error. */
const nothing = "ERR_NOTHING_REPORTED";

export function className(kind: ErrorKind | undefined): string {
  return kind === undefined ? nothing : classes[kind].name;
}

/** Where a server refuses a message, its words decide; `code` is its response code (RFC 5530, RFC 4978), if any. */
export function refusedAppend(words: string, code?: string): ErrorKind {
  if (code === "OVERQUOTA" || /quota/i.test(words)) return "quota";
  if (/virus/i.test(words)) return "append-virus";
  if (code === "TOOBIG" || /too (?:large|big|long)|message size|size limit/i.test(words)) return "append-size";
  return "append";
}

export type ExitPriority = "frequency" | "severity";

/** Counts errors by their classes, and keeps the texts for the list at the end. */
export class ErrorTally {
  readonly #counts = new Map<ErrorKind, number>();
  readonly #texts: string[] = [];

  add({ kind, text }: CountedError): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    this.#texts.push(text);
  }

  get count(): number {
    return this.#texts.length;
  }

  get texts(): readonly string[] {
    return this.#texts;
  }

  /** The kind that most errors are of; undefined without errors. */
  get mostFrequent(): ErrorKind | undefined {
    return first([...this.#counts], ([a, m], [b, n]) => (m === n ? byName(a, b) : n - m));
  }

  /** The kind that decides the exit code. */
  decisive(priority: ExitPriority = "frequency"): ErrorKind | undefined {
    if (priority === "frequency") return this.mostFrequent;
    const order = Object.keys(classes);
    return first([...this.#counts], ([a], [b]) => order.indexOf(a) - order.indexOf(b));
  }

  exit(priority?: ExitPriority): ExitName {
    const kind = this.decisive(priority);
    return kind === undefined ? "EX_OK" : classes[kind].exit;
  }
}

function byName(a: ErrorKind, b: ErrorKind): number {
  return className(a) < className(b) ? -1 : 1;
}

type Count = readonly [kind: ErrorKind, count: number];

function first(counts: readonly Count[], compare: (a: Count, b: Count) => number): ErrorKind | undefined {
  return counts.toSorted(compare)[0]?.[0];
}
