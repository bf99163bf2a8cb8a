// A line client for what a full client cannot do: send exactly these bytes, several commands at once, and see
// exactly what comes back. Commands sent together must be ones that the server answers in order.

import { readFileSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type LinePiece, pieceSplitter } from "./imap-pieces.ts";
import { type MailServer, takenFlags } from "./mail-server.ts";

export interface RawResponse {
  /** Octets as characters (latin1), without line ends; a literal shows as its {size}. */
  readonly line: string;
  readonly literals: readonly Buffer[];
}

export interface RawReply {
  readonly status: string;
  /** What follows the status. */
  readonly text: string;
  readonly untagged: readonly RawResponse[];
}

export interface AppendMessage {
  readonly bytes: Buffer;
  readonly flags: readonly string[];
  /** As APPEND wants it, e.g. " 1-Jan-2024 00:00:00 +0000". */
  readonly internalDate: string;
}

/** Takes an untagged response instead of having it collected. */
export type UntaggedHandler = (response: RawResponse) => void;

interface InFlight {
  readonly tag: string;
  readonly untagged: RawResponse[];
  readonly onUntagged: UntaggedHandler | undefined;
  readonly resolve: (reply: RawReply) => void;
  readonly reject: (error: Error) => void;
}

const loginAttempts = 3;

export class RawImap {
  readonly #socket: Socket;
  readonly #inFlight: InFlight[] = [];
  /** Untagged responses that came while no command was in flight, the greeting first. */
  readonly unsolicited: RawResponse[] = [];
  #onGreeting: (() => void) | undefined;
  #onContinuation: (() => void) | undefined;
  readonly #server: MailServer;
  #sent = 0;

  private constructor(socket: Socket, server: MailServer) {
    this.#socket = socket;
    this.#server = server;
    const split = pieceSplitter();
    let line = "";
    let literals: Buffer[] = [];
    let parts: Buffer[] = [];
    const take = (piece: LinePiece): void => {
      if (piece.continues) literals.push(Buffer.concat(parts));
      parts = [];
      line += piece.bytes.toString("latin1").replace(/\r?\n$/, "");
      if (piece.literalSize !== undefined) return;
      this.#receive({ line, literals });
      line = "";
      literals = [];
    };
    socket.on("data", (chunk: Buffer) => {
      for (const piece of split(chunk)) {
        if (piece.kind === "line") take(piece);
        else parts.push(piece.bytes);
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#onGreeting?.();
      for (const command of this.#inFlight.splice(0)) {
        command.reject(new Error(`connection closed; last words: ${this.unsolicited.at(-1)?.line ?? "none"}`));
      }
    });
  }

  /** Connects without logging in. */
  static async open(server: MailServer, options: { readonly tls?: boolean } = {}): Promise<RawImap> {
    const { host, port, tlsPort, certificateFile } = server;
    const socket =
      options.tls && tlsPort !== undefined && certificateFile !== undefined
        ? connectTls({ host, port: tlsPort, ca: readFileSync(certificateFile) })
        : connectTcp(port, host);
    const imap = new RawImap(socket, server);
    await new Promise<void>((resolve) => (imap.#onGreeting = resolve));
    if (imap.unsolicited.length === 0) throw new Error(`no greeting from ${host}:${port}`);
    return imap;
  }

  static async login(server: MailServer, options: { readonly user?: string; readonly tls?: boolean } = {}) {
    const login = `LOGIN ${quoted(options.user ?? server.user)} ${quoted(server.password)}`;
    // Dovecot may close one before it has been logged in to, when many come and go at once.
    for (let attempt = 1; ; attempt++) {
      const imap = await RawImap.open(server, options);
      try {
        await imap.run(login);
        return imap;
      } catch (error) {
        if (attempt === loginAttempts || !/^connection closed/.test((error as Error).message)) throw error;
      }
    }
  }

  /** Sends at once. Resolves on the tagged response, whatever its status; rejects when the connection ends. */
  send(command: string | readonly (string | Buffer)[], onUntagged?: UntaggedHandler): Promise<RawReply> {
    const tag = `r${++this.#sent}`;
    const parts = typeof command === "string" ? [command] : command;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error("connection closed"));
      this.#inFlight.push({ tag, untagged: [], onUntagged, resolve, reject });
      const bytes = [`${tag} `, ...parts, "\r\n"].map((part) => (typeof part === "string" ? latin1(part) : part));
      this.#socket.write(Buffer.concat(bytes));
    });
  }

  /** Like send, but throws on NO and BAD. */
  async run(command: string | readonly (string | Buffer)[], onUntagged?: UntaggedHandler): Promise<RawReply> {
    const reply = await this.send(command, onUntagged);
    const shown = typeof command === "string" ? command : String(command[0]);
    if (reply.status !== "OK") throw new Error(`${shown.slice(0, 200)}: ${reply.status} ${reply.text}`);
    return reply;
  }

  /** Writes bytes as they are: IDLE's DONE, half a command, nonsense. */
  write(text: string): void {
    this.#socket.write(latin1(text));
  }

  /** Resolves at the next `+`. */
  continued(): Promise<void> {
    return new Promise((resolve) => (this.#onContinuation = resolve));
  }

  /**
   * One MULTIAPPEND with LITERAL+; returns the APPENDUID code's text, e.g. "1700000000 4:5". To a bare server: one message
   * after the other, each after its `+`.
   */
  async append(mailbox: string, messages: readonly AppendMessage[]): Promise<string | undefined> {
    if (this.#server.isBare === true) {
      for (const message of messages) await this.#appendOne(mailbox, message);
      return undefined;
    }
    const parts = messages.flatMap(({ bytes, flags, internalDate }) => [
      ` (${flags.join(" ")}) "${internalDate}" {${bytes.length}+}\r\n`,
      bytes,
    ]);
    const { text } = await this.run([`APPEND ${quoted(mailbox)}`, ...parts]);
    return /\[APPENDUID ([^\]]+)\]/.exec(text)?.[1];
  }

  async #appendOne(mailbox: string, { bytes, flags, internalDate }: AppendMessage): Promise<void> {
    const taken = takenFlags(this.#server, flags).join(" ");
    // Mailutils does not know all zones, and heeds none.
    const date = this.#server.kind === "mailutils" ? internalDate.replace(/[+-]\d{4}$/, "+0000") : internalDate;
    const appended = this.run(`APPEND ${quoted(mailbox)} (${taken}) "${date}" {${bytes.length}}`);
    await Promise.race([this.continued(), appended]);
    this.#socket.write(Buffer.concat([bytes, latin1("\r\n")]));
    await appended;
  }

  async capabilities(): Promise<string[]> {
    const { untagged } = await this.run("CAPABILITY");
    return (
      untagged
        .find(({ line }) => line.startsWith("* CAPABILITY "))
        ?.line.split(" ")
        .slice(2) ?? []
    );
  }

  /** Names as the server writes them, unquoted, with their attributes in lower case. */
  async list(command = `LIST "" "*"`): Promise<{ readonly name: string; readonly attributes: readonly string[] }[]> {
    const { untagged } = await this.run(command);
    return untagged.flatMap(({ line, literals }) => {
      const [, attributes = "", text] = /^\* (?:LIST|LSUB) \(([^)]*)\) (?:"(?:\\?.)"|NIL) (.*)$/i.exec(line) ?? [];
      if (text === undefined) return [];
      const literal = literals[0]?.toString("latin1");
      const name =
        literal ??
        (text.startsWith('"') ? text.replace(/^"(.*?[^\\])".*$/, "$1").replace(/\\(.)/g, "$1") : text.split(" ")[0]!);
      return [{ name, attributes: attributes.toLowerCase().split(" ") }];
    });
  }

  /** Logs out and waits for the end of the connection. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = new Promise((resolve) => this.#socket.once("close", resolve));
    await this.send("LOGOUT").catch(() => {});
    this.#socket.end();
    await closed;
  }

  #receive(response: RawResponse): void {
    if (response.line.startsWith("+") && this.#onContinuation !== undefined) {
      this.#onContinuation();
      this.#onContinuation = undefined;
      return;
    }
    const [, tag, status, text = ""] = /^(\S+) (OK|NO|BAD)(?: (.*))?$/.exec(response.line) ?? [];
    const command = this.#inFlight[0];
    const done = tag === undefined || tag === "*" ? -1 : this.#inFlight.findIndex((one) => one.tag === tag);
    if (done !== -1) {
      const [finished] = this.#inFlight.splice(done, 1);
      finished?.resolve({ status: status!, text, untagged: finished.untagged });
    } else if (command === undefined) {
      this.unsolicited.push(response);
      this.#onGreeting?.();
    } else if (command.onUntagged !== undefined) {
      command.onUntagged(response);
    } else {
      command.untagged.push(response);
    }
  }
}

/** An IMAP quoted string. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}
