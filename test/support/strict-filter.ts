// Stands in front of a server that can do much, and makes a lesser one of it, in plain text. Not to announce an extension is
// not enough: Dovecot obeys its commands all the same, and sends its response codes. Here they are really absent.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type LinePiece, type Piece, pieceSplitter } from "./imap-pieces.ts";
import type { MailServer } from "./mail-server.ts";
import { type HasExtension, lacking, withoutAdditions } from "./strict-rules.ts";

/**
 * full: all but compression, which would blind the filter. noqresync: as Gmail; CONDSTORE stays. nocondstore: neither.
 * bare: IMAP4rev1 and LITERAL+. rev1: IMAP4rev1 alone.
 */
export type Profile = "full" | "noqresync" | "nocondstore" | "bare" | "rev1";

const hidden: Readonly<Record<Exclude<Profile, "bare" | "rev1">, readonly string[]>> = {
  full: [],
  noqresync: ["QRESYNC"],
  nocondstore: ["QRESYNC", "CONDSTORE"],
};
const offered = { bare: ["IMAP4REV1", "LITERAL+"], rev1: ["IMAP4REV1"] };

export interface FilterOptions {
  readonly profile: Profile;
  /** Offered besides those of the profile. */
  readonly also?: readonly string[];
  /** Not offered although the profile has them. */
  readonly without?: readonly string[];
  /** Announced, and yet refused. */
  readonly falsely?: readonly string[];
}

export interface Violation {
  readonly command: string;
  readonly lacks: string;
}

export interface StrictFilter {
  /** The server as seen through the filter. */
  readonly server: MailServer;
  /** What clients asked for that is not there. */
  readonly violations: readonly Violation[];
  /** From the next connection on; those that are open end. */
  become(options: FilterOptions): void;
  stop(): Promise<void>;
}

export async function startStrictFilter(server: MailServer, options: FilterOptions): Promise<StrictFilter> {
  const sockets = new Set<Socket>();
  const violations: Violation[] = [];
  let offer = offerOf(options);
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const listener = createServer((client) => {
    const upstream = connect(server.port, server.host);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.setNoDelay(true);
      one.on("end", () => other.end());
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroySoon();
      });
    }
    new Conversation({ client, upstream, offer, onViolation: (violation) => violations.push(violation) });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  listener.unref();
  const { port } = listener.address() as AddressInfo;
  return {
    server: { ...server, port, isBare: isBare(options) },
    violations,
    become: (next) => {
      offer = offerOf(next);
      endAll();
    },
    stop: async () => {
      endAll();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

/** See {@link MailServer.isBare}. */
function isBare({ profile }: FilterOptions): boolean {
  return profile === "bare" || profile === "rev1";
}

interface Offer {
  readonly has: HasExtension;
  /** From what the server behind announces. */
  readonly announced: (names: readonly string[]) => readonly string[];
}

function offerOf({ profile, also = [], without = [], falsely = [] }: FilterOptions): Offer {
  const has = (name: string): boolean => {
    if (name === "COMPRESS=DEFLATE" || without.includes(name) || falsely.includes(name)) return false;
    if (also.includes(name)) return true;
    return profile === "bare" || profile === "rev1" ? offered[profile].includes(name) : !hidden[profile].includes(name);
  };
  const isAnnounced = (name: string): boolean => /^(?:AUTH=|LOGINDISABLED|STARTTLS)/.test(name) || has(name);
  return {
    has: (...anyOf) => anyOf.some(has),
    announced: (names) => [...names.filter((name) => isAnnounced(name.toUpperCase())), ...falsely],
  };
}

interface Ends {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly offer: Offer;
  readonly onViolation: (violation: Violation) => void;
}

class Conversation {
  readonly #ends: Ends;
  #splitClient = pieceSplitter();
  /** The command that the client is sending, literals as their {size}; empty between commands. */
  #command = "";
  /** Tags of refused commands, which the server got as NOOPs, so that the refusal comes in its turn. */
  readonly #refused = new Map<string, string>();
  /** Of ENABLEs with nothing in them that is offered. */
  readonly #idleEnables = new Set<string>();

  constructor(ends: Ends) {
    this.#ends = ends;
    ends.client.on("data", (chunk: Buffer) => {
      for (const piece of this.#splitClient(chunk)) if (ends.upstream.writable) this.#fromClient(piece);
    });
    const splitServer = pieceSplitter();
    ends.upstream.on("data", (chunk: Buffer) => {
      const passed = splitServer(chunk).map((piece) =>
        piece.kind === "literal" ? piece.bytes : this.#toClient(piece),
      );
      if (ends.client.writable) ends.client.write(Buffer.concat(passed));
    });
  }

  #fromClient(piece: Piece): void {
    const { upstream, offer, onViolation } = this.#ends;
    if (piece.kind === "literal") {
      upstream.write(piece.bytes);
      return;
    }
    const isContinued = this.#command !== "";
    const line = textOf(piece);
    const command = this.#command + line;
    const mayWait = !/\+\}$/.test(line);
    // A lone word is DONE, or an answer of SASL.
    const lacks = command.includes(" ") ? lacking(command, offer.has) : undefined;
    this.#command = piece.literalSize === undefined ? "" : command;
    if (lacks === undefined) {
      upstream.write(isContinued ? piece.bytes : (this.#asOffered(line) ?? piece.bytes));
      return;
    }
    onViolation({ command, lacks });
    const [tag = "*"] = command.split(" ");
    if (isContinued || !mayWait) {
      // The rest of it would be taken for commands.
      this.#ends.client.end(`${tag} BAD ${lacks} is not supported\r\n* BYE lost track of the command\r\n`);
      upstream.destroy();
      return;
    }
    this.#refused.set(tag, lacks);
    upstream.write(`${tag} NOOP\r\n`);
  }

  /** RFC 5161: an ENABLE of what is not there is no error. */
  #asOffered(line: string): string | undefined {
    const [, tag, names] = /^(\S+) ENABLE (.*)$/i.exec(line) ?? [];
    if (tag === undefined || names === undefined) return undefined;
    const kept = names.split(" ").filter((name) => this.#ends.offer.has(name.toUpperCase()));
    if (kept.length > 0) return `${tag} ENABLE ${kept.join(" ")}\r\n`;
    this.#idleEnables.add(tag);
    return `${tag} NOOP\r\n`;
  }

  #toClient(piece: LinePiece): Buffer {
    if (piece.continues) return piece.bytes;
    const line = textOf(piece);
    const [tag = ""] = line.split(" ", 1);
    const isTagged = /^[^ +*]\S* (?:OK|NO|BAD)\b/i.test(line);
    if (isTagged && this.#command.startsWith(`${tag} `)) {
      // The literal that was announced will not come.
      this.#command = "";
      this.#splitClient = pieceSplitter();
    }
    const lacks = isTagged ? this.#refused.get(tag) : undefined;
    if (lacks !== undefined) {
      this.#refused.delete(tag);
      return Buffer.from(`${tag} BAD ${lacks} is not supported\r\n`, "latin1");
    }
    const { has, announced } = this.#ends.offer;
    const told = withoutAdditions(line, has)?.replace(
      /(^\* CAPABILITY |\[CAPABILITY )([^\]]*)/i,
      (_, before: string, names: string) => before + announced(names.split(" ")).join(" "),
    );
    if (told === undefined) return Buffer.alloc(0);
    const before = isTagged && this.#idleEnables.delete(tag) ? "* ENABLED\r\n" : "";
    return Buffer.from(`${before}${told}\r\n`, "latin1");
  }
}

function textOf({ bytes }: LinePiece): string {
  return bytes.toString("latin1").replace(/\r?\n$/, "");
}
