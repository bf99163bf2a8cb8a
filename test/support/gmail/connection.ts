// One connection to the Gmail model: reads commands, has them carried out, and reports what happened meanwhile in the
// selected mailbox, by number and without UIDs, as a server with CONDSTORE and no QRESYNC does.

import type { Socket } from "node:net";
import type { Account, Entry, Mailbox } from "./account.ts";
import type { Client, Handler, Selected } from "./client.ts";
import { flagsOf } from "./fetch-items.ts";
import { mailboxCommands } from "./mailbox-commands.ts";
import { messageCommands } from "./message-commands.ts";
import { commandReader, type ReadCommand, textOf, type Token } from "./read-command.ts";
import { Refusal } from "./refusal.ts";
import { searchCommands } from "./search.ts";

/** What connections share: the accounts, and how the server misbehaves at present. */
export interface Premises {
  readonly accountOf: (user: string) => Account;
  readonly password: string;
  readonly capabilities: readonly string[];
  /** The answer to a command that is refused without being looked at: "NO ...", "BAD ..." or "* BYE ...". */
  readonly verdictOn: (line: string, account: Account | undefined) => string | undefined;
  /** Whether one more connection may log in. */
  readonly mayLogIn: () => boolean;
}

const handlers: Readonly<Record<string, Handler>> = { ...mailboxCommands, ...messageCommands, ...searchCommands };

/** RFC 3501 7.4.1: no EXPUNGE may come while these are answered. */
const byNumber: readonly string[] = ["FETCH", "STORE", "SEARCH"];

export class Connection implements Client {
  readonly #socket: Socket;
  readonly #premises: Premises;
  #account: Account | undefined;
  /** The selected mailbox as the client knows it. */
  #selected: { readonly mailbox: Mailbox; readonly isReadOnly: boolean; readonly known: Entry[] } | undefined;
  /** The mod-sequence up to which the client knows of a message. */
  readonly #told = new Map<Entry, bigint>();
  #withModSeqs = false;
  tag = "";
  /** The command whose literal is awaited was looked at already. */
  #isAdmitted = false;
  #idling: string | undefined;
  #authenticating: string | undefined;
  #unwatch: () => void = () => undefined;

  constructor(socket: Socket, premises: Premises) {
    this.#socket = socket;
    this.#premises = premises;
    const read = commandReader({
      onLine: (line) => this.#takeLine(line),
      onLiteral: (_, line) => this.#awaitsLiteral(line),
      onCommand: (command) => {
        this.#carryOut(command);
      },
    });
    socket.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        this.bye(`BYE ${(error as Error).message}`);
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#unwatch();
    });
    this.say("* OK Gimap ready for requests from 127.0.0.1");
  }

  get isLoggedIn(): boolean {
    return this.#account !== undefined;
  }

  get account(): Account {
    if (this.#account === undefined) throw new Refusal("BAD", "not authenticated");
    return this.#account;
  }

  get capabilities(): readonly string[] {
    return this.isLoggedIn
      ? this.#premises.capabilities
      : ["IMAP4rev1", "UNSELECT", "IDLE", "NAMESPACE", "ID", "SASL-IR", "AUTH=PLAIN"];
  }

  selected({ forWriting = false } = {}): Selected {
    if (this.#selected === undefined) throw new Refusal("BAD", "no mailbox selected");
    if (forWriting && this.#selected.isReadOnly) throw new Refusal("NO", "[READ-ONLY] Folder is read-only");
    return this.#selected;
  }

  tellModSeqs(): void {
    this.#withModSeqs = true;
  }

  get tellsModSeqs(): boolean {
    return this.#withModSeqs;
  }

  open(mailbox: Mailbox, isReadOnly: boolean): void {
    this.#told.clear();
    this.#selected = { mailbox, isReadOnly, known: [...mailbox.entries] };
    for (const entry of mailbox.entries) this.noteTold(entry);
  }

  close(): void {
    this.#selected = undefined;
  }

  noteTold(entry: Entry): void {
    this.#told.set(entry, entry.message.modSeq);
  }

  logIn(user: string, password: string): void {
    if (password !== this.#premises.password) {
      throw new Refusal("NO", "[AUTHENTICATIONFAILED] Invalid credentials");
    }
    if (!this.#premises.mayLogIn()) throw new Refusal("NO", "[ALERT] Too many simultaneous connections.");
    this.#account = this.#premises.accountOf(user);
    this.#unwatch = this.#account.watch(() => {
      if (this.#idling !== undefined) this.#report({ mayExpunge: true });
    });
  }

  say(...parts: readonly (string | Buffer)[]): void {
    const octets = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part));
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat([...octets, Buffer.from("\r\n")]));
  }

  /** Ends the connection with these words. */
  bye(words: string): void {
    this.say(`* ${words}`);
    this.#socket.end();
  }

  idle(tag: string): void {
    this.#idling = tag;
    this.say("+ idling");
    this.#report({ mayExpunge: true });
  }

  #takeLine(line: string): boolean {
    if (this.#idling !== undefined) {
      if (line.toUpperCase() === "DONE") this.say(`${this.#idling} OK IDLE terminated (Success)`);
      else this.say(`${this.#idling} BAD Expected DONE (Failure)`);
      this.#idling = undefined;
      return true;
    }
    if (this.#authenticating === undefined) return false;
    const tag = this.#authenticating;
    this.#authenticating = undefined;
    this.#answer(tag, () => this.#authenticate(line));
    return true;
  }

  #awaitsLiteral(line: string): boolean {
    const verdict = this.#isAdmitted ? undefined : this.#premises.verdictOn(line, this.#account);
    this.#isAdmitted = verdict === undefined;
    if (verdict === undefined) this.say("+ go ahead");
    else this.#refuse(line.split(" ")[0]!, verdict);
    return verdict === undefined;
  }

  #carryOut({ tag, name, args, line }: ReadCommand): void {
    this.tag = tag;
    const verdict = this.#isAdmitted ? undefined : this.#premises.verdictOn(line, this.#account);
    this.#isAdmitted = false;
    if (verdict !== undefined) {
      this.#refuse(tag, verdict);
      return;
    }
    if (name === "IDLE") {
      this.idle(tag);
      return;
    }
    if (name === "AUTHENTICATE" && args.length === 1) {
      this.#authenticating = tag;
      this.say("+ ");
      return;
    }
    this.#answer(tag, () => {
      const text = name === "AUTHENTICATE" ? this.#authenticate(textOf(args[1])) : this.#handle(name, args);
      this.#report({ mayExpunge: !byNumber.includes(name) });
      return text;
    });
    if (name === "LOGOUT") this.#socket.end();
  }

  #handle(name: string, args: readonly Token[]): string | undefined {
    const handler = handlers[name];
    if (handler === undefined) throw new Refusal("BAD", "Unknown command");
    return handler(this, args);
  }

  #authenticate(response: string): string | undefined {
    const [, user = "", password = ""] = Buffer.from(response, "base64").toString("utf8").split("\0");
    this.logIn(user, password);
    return undefined;
  }

  #answer(tag: string, work: () => string | undefined): void {
    try {
      this.say(`${tag} OK ${work() ?? "Success"}`);
    } catch (error) {
      if (error instanceof Refusal) this.say(`${tag} ${error.status} ${error.message}`);
      else this.say(`${tag} BAD Could not parse command: ${(error as Error).message} (Failure)`);
    }
  }

  #refuse(tag: string, verdict: string): void {
    if (verdict.startsWith("* ")) this.bye(verdict.slice(2));
    else this.say(`${tag} ${verdict}`);
  }

  #report({ mayExpunge }: { readonly mayExpunge: boolean }): void {
    if (this.#selected === undefined) return;
    const { mailbox, known } = this.#selected;
    const present = new Set(mailbox.entries);
    const gone = mayExpunge ? known.filter((entry) => !present.has(entry)) : [];
    for (const entry of gone.reverse()) {
      const at = known.indexOf(entry);
      known.splice(at, 1);
      this.say(`* ${at + 1} EXPUNGE`);
    }
    const before = new Set(known);
    const added = mailbox.entries.filter((entry) => !before.has(entry));
    known.push(...added);
    if (added.length > 0) this.say(`* ${known.length} EXISTS`);
    for (const entry of added) this.noteTold(entry);
    known.forEach((entry, at) => {
      if (!present.has(entry) || (this.#told.get(entry) ?? 0n) >= entry.message.modSeq) return;
      this.noteTold(entry);
      const modSeq = this.#withModSeqs ? ` MODSEQ (${entry.message.modSeq})` : "";
      this.say(`* ${at + 1} FETCH (FLAGS (${flagsOf(entry).join(" ")})${modSeq})`);
    });
  }
}
