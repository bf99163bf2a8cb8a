// An IMAP server in memory, over any stream: honest, and strict about what it takes; or, with `alter`, as dishonest as a
// test wants. It speaks QRESYNC, CONDSTORE or neither, as its capabilities say.

import type { Duplex } from "node:stream";
import { commandReader, inSet, isList, listOf, type ReadCommand, textOf, type Token } from "../gmail/read-command.ts";
import { fetchLine } from "./fetch-line.ts";
import type { MemoryStore, StoredMailbox, StoredMessage } from "./store.ts";

export const qresyncServer =
  "IMAP4rev1 ENABLE UIDPLUS LIST-EXTENDED LIST-STATUS CONDSTORE QRESYNC MULTIAPPEND UNSELECT ESEARCH LITERAL-";
export const condstoreServer = "IMAP4rev1 ENABLE UIDPLUS LIST-EXTENDED LIST-STATUS CONDSTORE UNSELECT";
export const baseServer = "IMAP4rev1";

export interface MemoryOptions {
  readonly store: MemoryStore;
  readonly capabilities?: string;
  /** What is said in place of a response, which is whole. */
  readonly alter?: (response: string) => string;
  /** All that the client sends. */
  readonly onOctets?: (octets: Buffer) => void;
  /** Each command, without its literals. */
  readonly onCommand?: (line: string) => void;
  /** A command that was not understood: octets that a client must never send. */
  readonly onNonsense?: (line: string) => void;
}

/** No command of ours is answered so. */
class Refused extends Error {}

export class MemoryConnection {
  readonly #stream: Duplex;
  readonly #options: MemoryOptions;
  #selected: StoredMailbox | undefined;
  #isQresync = false;
  #tag = "";
  #idling: string | undefined;
  #awaitsPassword: string | undefined;

  constructor(stream: Duplex, options: MemoryOptions) {
    this.#stream = stream;
    this.#options = options;
    const read = commandReader({
      onLine: () => this.#takesLine(),
      onLiteral: () => {
        this.#say("+ go on");
        return true;
      },
      onCommand: (command) => {
        this.#carryOut(command);
      },
    });
    stream.on("data", (chunk: Buffer) => {
      options.onOctets?.(chunk);
      try {
        read(chunk);
      } catch (error) {
        options.onNonsense?.(`${(error as Error).message}: ${chunk.toString("latin1", 0, 200)}`);
        stream.destroy();
      }
    });
    stream.on("error", () => undefined);
    this.#say(`* OK [CAPABILITY ${this.#capabilities} AUTH=PLAIN SASL-IR] ready`);
  }

  get #capabilities(): string {
    return this.#options.capabilities ?? qresyncServer;
  }

  #say(response: string): void {
    const said = this.#options.alter?.(`${response}\r\n`) ?? `${response}\r\n`;
    if (said !== "" && !this.#stream.destroyed) this.#stream.write(Buffer.from(said, "latin1"));
  }

  #takesLine(): boolean {
    if (this.#idling !== undefined) {
      this.#say(`${this.#idling} OK done`);
      this.#idling = undefined;
      return true;
    }
    if (this.#awaitsPassword === undefined) return false;
    this.#say(`${this.#awaitsPassword} OK [CAPABILITY ${this.#capabilities}] in`);
    this.#awaitsPassword = undefined;
    return true;
  }

  #carryOut({ tag, name, args, line }: ReadCommand): void {
    this.#options.onCommand?.(line);
    this.#tag = tag;
    try {
      const text = this.#answer(name, args);
      if (text !== undefined) this.#say(`${tag} OK ${text}`);
    } catch (error) {
      if (error instanceof Refused) this.#say(`${tag} NO ${error.message}`);
      else {
        this.#options.onNonsense?.(line);
        this.#say(`${tag} BAD ${(error as Error).message}`);
      }
    }
    if (name === "LOGOUT") this.#stream.end();
  }

  #mailbox(name: Token | undefined): StoredMailbox {
    const mailbox = this.#options.store.named(textOf(name));
    if (mailbox === undefined) throw new Refused("[NONEXISTENT] no such mailbox");
    return mailbox;
  }

  get #open(): StoredMailbox {
    if (this.#selected === undefined) throw new Error("no mailbox is selected");
    return this.#selected;
  }

  /** What follows OK; undefined when the answer is given already, or comes later. */
  #answer(name: string, args: readonly Token[]): string | undefined {
    const { store } = this.#options;
    switch (name) {
      case "CAPABILITY":
        this.#say(`* CAPABILITY ${this.#capabilities}`);
        return "done";
      case "AUTHENTICATE":
        if (args.length > 1) return `[CAPABILITY ${this.#capabilities}] in`;
        this.#awaitsPassword = this.#tag;
        this.#say("+ ");
        return undefined;
      case "LOGIN":
        return `[CAPABILITY ${this.#capabilities}] in`;
      case "ENABLE":
        this.#isQresync = this.#capabilities.includes("QRESYNC");
        this.#say(`* ENABLED${this.#isQresync ? " QRESYNC" : ""}`);
        return "done";
      case "LIST":
        this.#list(args);
        return "done";
      case "LSUB":
        for (const one of store.subscribed) this.#say(`* LSUB () "/" ${quoted(one)}`);
        return "done";
      case "STATUS":
        this.#status(this.#mailbox(args[0]), listOf(args[1]));
        return "done";
      case "CREATE":
        if (store.named(textOf(args[0])) !== undefined) throw new Refused("[ALREADYEXISTS] it is there");
        store.create(textOf(args[0]));
        return "done";
      case "DELETE":
        store.mailboxes.delete(this.#mailbox(args[0]).name);
        return "done";
      case "RENAME": {
        const mailbox = this.#mailbox(args[0]);
        store.mailboxes.delete(mailbox.name);
        mailbox.name = textOf(args[1]);
        store.mailboxes.set(mailbox.name, mailbox);
        return "done";
      }
      case "SUBSCRIBE":
        store.subscribed.add(textOf(args[0]));
        return "done";
      case "UNSUBSCRIBE":
        store.subscribed.delete(textOf(args[0]));
        return "done";
      case "SELECT":
      case "EXAMINE":
        return this.#select(args);
      case "UNSELECT":
        this.#selected = undefined;
        return "done";
      case "APPEND":
        return this.#append(args);
      case "UID FETCH":
        return this.#fetch(args);
      case "UID STORE":
        return this.#storeFlags(args);
      case "UID EXPUNGE":
        return this.#expunge(inSet(args[0], this.#open.uidNext - 1));
      case "EXPUNGE":
        return this.#expunge(() => true);
      case "UID MOVE":
      case "UID COPY":
        return this.#place(args, name === "UID MOVE");
      case "UID SEARCH":
        return this.#search(args);
      case "NOOP":
        return "done";
      case "IDLE":
        this.#idling = this.#tag;
        this.#say("+ idling");
        return undefined;
      case "LOGOUT":
        this.#say("* BYE bye");
        return "bye";
      default:
        throw new Error("unknown command");
    }
  }

  #list(args: readonly Token[]): void {
    const { store } = this.#options;
    const [, , pattern, word, wanted] = isList(args[0]) ? args : [undefined, ...args];
    if (!isList(pattern) && textOf(pattern) === "") {
      this.#say('* LIST (\\Noselect) "/" ""');
      return;
    }
    const items = word !== undefined && isList(wanted) ? wanted.find(isList) : undefined;
    for (const mailbox of [...store.mailboxes.values()]) {
      const attributes = word !== undefined && store.subscribed.has(mailbox.name) ? "\\Subscribed" : "";
      this.#say(`* LIST (${attributes}) "/" ${quoted(mailbox.name)}`);
      if (items !== undefined) this.#status(mailbox, items);
    }
  }

  #status(mailbox: StoredMailbox, items: readonly Token[]): void {
    const { messages, uidNext, uidValidity, modSeq } = mailbox;
    const values: Readonly<Record<string, number>> = {
      MESSAGES: messages.size,
      UIDNEXT: uidNext,
      UIDVALIDITY: uidValidity,
      HIGHESTMODSEQ: modSeq,
    };
    const told = items.map((item) => `${textOf(item)} ${String(values[textOf(item)])}`).join(" ");
    this.#say(`* STATUS ${quoted(mailbox.name)} (${told})`);
  }

  #select(args: readonly Token[]): string {
    const mailbox = this.#mailbox(args[0]);
    if (this.#selected !== undefined && this.#isQresync) this.#say("* OK [CLOSED] left");
    this.#selected = mailbox;
    const { messages, uidNext, uidValidity, modSeq } = mailbox;
    this.#say(`* ${String(messages.size)} EXISTS`);
    this.#say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)");
    this.#say("* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] p");
    this.#say(`* OK [UIDVALIDITY ${String(uidValidity)}] v`);
    this.#say(`* OK [UIDNEXT ${String(uidNext)}] n`);
    if (this.#capabilities.includes("CONDSTORE")) this.#say(`* OK [HIGHESTMODSEQ ${String(modSeq)}] h`);
    const [qresync, values] = isList(args[1]) ? args[1] : [];
    if (isList(values) && textOf(qresync) === "QRESYNC" && Number(textOf(values[0])) === uidValidity)
      this.#tellSince(mailbox, values);
    return "[READ-WRITE] done";
  }

  #tellSince(mailbox: StoredMailbox, values: readonly Token[]): void {
    const since = Number(textOf(values[1]));
    const isKnown = values[2] === undefined ? () => true : inSet(values[2], mailbox.uidNext - 1);
    const gone = [...mailbox.vanished].filter(([uid, when]) => when > since && isKnown(uid)).map(([uid]) => uid);
    if (gone.length > 0) this.#say(`* VANISHED (EARLIER) ${gone.join(",")}`);
    for (const message of mailbox.messages.values())
      if (message.modSeq > since && isKnown(message.uid)) this.#tellFlags(message);
  }

  #tellFlags(message: StoredMessage): void {
    const items = this.#capabilities.includes("CONDSTORE") ? ["UID", "FLAGS", "MODSEQ"] : ["UID", "FLAGS"];
    this.#say(fetchLine(this.#open.sequenceOf(message.uid), message, items));
  }

  #append(args: readonly Token[]): string {
    const mailbox = this.#mailbox(args[0]);
    let flags: string[] = [];
    let date: string | undefined;
    const uids: number[] = [];
    for (const [at, token] of args.slice(1).entries()) {
      if (isList(token)) flags = token.map(textOf);
      else if (typeof token === "string" || (args[at + 2] !== undefined && !isList(args[at + 2]))) date = textOf(token);
      else uids.push(mailbox.add(token.text, flags, date));
    }
    if (this.#selected === mailbox) this.#say(`* ${String(mailbox.messages.size)} EXISTS`);
    const isTold = this.#capabilities.includes("UIDPLUS");
    return isTold ? `[APPENDUID ${String(mailbox.uidValidity)} ${uids.join(",")}] done` : "done";
  }

  #among(set: Token | undefined): StoredMessage[] {
    const { messages, uidNext } = this.#open;
    const isMeant = inSet(set, uidNext - 1);
    return [...messages.values()].filter(({ uid }) => isMeant(uid));
  }

  #fetch([set, items, condition]: readonly Token[]): string {
    const wanted = listOf(items).map((item) => (isList(item) ? "" : textOf(item)));
    const since = isList(condition) ? Number(textOf(condition[1])) : -1;
    for (const message of this.#among(set))
      if (message.modSeq > since)
        this.#say(fetchLine(this.#open.sequenceOf(message.uid), message, since >= 0 ? [...wanted, "MODSEQ"] : wanted));
    return "done";
  }

  #storeFlags(args: readonly Token[]): string {
    const [set, ...rest] = args;
    const condition = isList(rest[0]) ? rest.shift() : undefined;
    const since = condition === undefined ? Infinity : Number(textOf(listOf(condition)[1]));
    const [kind, flags] = [textOf(rest[0]), listOf(rest[1]).map(textOf)];
    const failed: number[] = [];
    for (const message of this.#among(set)) {
      if (message.modSeq > since) failed.push(message.uid);
      else {
        const kept = [...message.flags].filter(
          (flag) => kind.startsWith("+") || (kind.startsWith("-") && !flags.includes(flag)),
        );
        this.#open.setFlags(message, kind.startsWith("-") ? kept : new Set([...kept, ...flags]));
        if (this.#capabilities.includes("CONDSTORE"))
          this.#say(fetchLine(this.#open.sequenceOf(message.uid), message, ["UID", "MODSEQ"]));
      }
    }
    return failed.length === 0 ? "done" : `[MODIFIED ${failed.join(",")}] done`;
  }

  #expunge(isMeant: (uid: number) => boolean): string {
    const mailbox = this.#open;
    for (const { uid, flags } of [...mailbox.messages.values()]) {
      if (!isMeant(uid) || !flags.has("\\Deleted")) continue;
      const sequence = mailbox.sequenceOf(uid);
      mailbox.remove(uid);
      this.#say(this.#isQresync ? `* VANISHED ${String(uid)}` : `* ${String(sequence)} EXPUNGE`);
    }
    return this.#isQresync ? `[HIGHESTMODSEQ ${String(mailbox.modSeq)}] done` : "done";
  }

  #place([set, name]: readonly Token[], moves: boolean): string {
    const destination = this.#mailbox(name);
    const source = this.#open;
    const chosen = this.#among(set);
    const uids = chosen.map(({ bytes, flags, internalDate }) => destination.add(bytes, flags, internalDate));
    const pairs = `${chosen.map(({ uid }) => uid).join(",")} ${uids.join(",")}`;
    const isTold = uids.length > 0 && this.#capabilities.includes("UIDPLUS");
    const code = isTold ? `[COPYUID ${String(destination.uidValidity)} ${pairs}] ` : "";
    if (!moves) return `${code}done`;
    this.#say(`* OK ${code}moving`);
    for (const { uid } of chosen) {
      const sequence = source.sequenceOf(uid);
      source.remove(uid);
      this.#say(this.#isQresync ? `* VANISHED ${String(uid)}` : `* ${String(sequence)} EXPUNGE`);
    }
    return "done";
  }

  #search(args: readonly Token[]): string {
    const isExtended = textOf(args[0]) === "RETURN";
    const [key, set] = isExtended ? args.slice(2) : args;
    const found = [...this.#open.messages.values()].filter(({ uid, flags }) => {
      if (textOf(key) === "DELETED") return flags.has("\\Deleted");
      return textOf(key) !== "UID" || inSet(set, this.#open.uidNext - 1)(uid);
    });
    const uids = found.map(({ uid }) => uid);
    if (!isExtended) this.#say(`* SEARCH${uids.map((uid) => ` ${String(uid)}`).join("")}`);
    else this.#say(`* ESEARCH (TAG "${this.#tag}") UID${uids.length > 0 ? ` ALL ${uids.join(",")}` : ""}`);
    return "done";
  }
}

/** A name as servers send it: quoted, or as a literal. */
export function quoted(name: string): string {
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/["\\]/g, "\\$&")}"`;
  return `{${String(name.length)}}\r\n${name}`;
}
