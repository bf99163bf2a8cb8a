// One account of the Gmail model: messages, each once, and the mailboxes through which they are seen.
//
// From Google's documents: labels are mailboxes; All Mail has every message but those in Spam and Trash; taking a label
// away leaves the message where else it is; auto-expunge and what happens to a message that leaves its last mailbox are
// settings. From reports of other programs: a message that is put into Trash or Spam leaves every other mailbox. Nowhere
// documented, and therefore chosen so that it is the harder case: labels are attributes of a message, so that adding or
// taking away one raises its mod-sequence; the flags of an APPEND that finds its message count for nothing.

import { createHash } from "node:crypto";
import { type MailboxUse, systemMailboxes } from "./system-mailboxes.ts";

export interface Message {
  /** X-GM-MSGID, and X-GM-THRID as well. */
  readonly id: bigint;
  readonly bytes: Buffer;
  /** As APPEND takes it. */
  readonly internalDate: string;
  /** Without \Deleted, which belongs to a message in a mailbox. */
  readonly flags: Set<string>;
  modSeq: bigint;
}

export interface Entry {
  readonly uid: number;
  readonly message: Message;
  isDeleted: boolean;
}

export interface Mailbox {
  /** As on the wire. */
  name: string;
  readonly uidValidity: number;
  uidNext: number;
  readonly use: MailboxUse | undefined;
  /** Ascending by UID. */
  readonly entries: Entry[];
  /** Raised by what is changed or added, never by what is taken away. */
  highestModSeq: bigint;
}

export interface AccountSettings {
  /** \Deleted takes effect at once. */
  readonly autoExpunge: boolean;
  /** What becomes of a message that was expunged from its last mailbox but All Mail. */
  readonly expungeBehavior: "archive" | "trash" | "deleteForever";
  /** Names below [Gmail] in another language. */
  readonly localNames: Partial<Record<MailboxUse, string>>;
}

/** Mailboxes that a message is in, or not, because of what else is true of it. */
const automatic: readonly (MailboxUse | undefined)[] = ["All", "Flagged"];

export class Account {
  readonly settings: AccountSettings;
  readonly mailboxes = new Map<string, Mailbox>();
  readonly subscriptions = new Set<string>(["INBOX"]);
  readonly #byDigest = new Map<string, Message>();
  readonly #watchers = new Set<() => void>();
  #modSeq = 1000n;
  #lastId = 1_278_455_344_230_334_865n;
  #lastUidValidity = 0;
  /** Of all messages that there have been: a mailbox announces them all. */
  readonly keywords = new Set<string>(["$NotPhishing", "$Phishing"]);
  /** Octets of APPEND since the server was started. */
  uploaded = 0;

  constructor(settings: AccountSettings) {
    this.settings = settings;
    for (const { name, use } of systemMailboxes(settings.localNames)) this.create(name, use);
  }

  /** Called whenever anything has changed. */
  watch(notice: () => void): () => void {
    this.#watchers.add(notice);
    return () => this.#watchers.delete(notice);
  }

  noticeAll(): void {
    for (const notice of this.#watchers) notice();
  }

  create(name: string, use?: MailboxUse): Mailbox {
    const uidValidity = ++this.#lastUidValidity;
    const mailbox = { name, uidValidity, uidNext: 1, use, entries: [], highestModSeq: this.#modSeq };
    this.mailboxes.set(name, mailbox);
    return mailbox;
  }

  /** The label goes, the messages stay where else they are. */
  remove(mailbox: Mailbox): void {
    for (const { message } of [...mailbox.entries]) this.#take(mailbox, message);
    this.mailboxes.delete(mailbox.name);
  }

  rename(mailbox: Mailbox, name: string): void {
    this.mailboxes.delete(mailbox.name);
    mailbox.name = name;
    this.mailboxes.set(name, mailbox);
  }

  ofUse(use: MailboxUse): Mailbox {
    return [...this.mailboxes.values()].find((mailbox) => mailbox.use === use)!;
  }

  /** The message with these octets, which may have been there before, under this label; its entry there. */
  append(mailbox: Mailbox, message: { bytes: Buffer; flags: readonly string[]; internalDate: string }): Entry {
    const { bytes, flags, internalDate } = message;
    this.uploaded += bytes.length;
    const digest = createHash("sha256").update(bytes).digest("hex");
    const known = this.#byDigest.get(digest);
    if (known !== undefined && this.placesOf(known).length > 0) return this.addLabel(mailbox, known);
    const added = { id: ++this.#lastId, bytes, internalDate, flags: new Set(flags), modSeq: this.#modSeq };
    const isDeleted = added.flags.delete("\\Deleted");
    this.#byDigest.set(digest, added);
    const entry = this.addLabel(mailbox, added);
    this.#arrange(added);
    if (isDeleted) this.markDeleted(mailbox, entry, true);
    return entry;
  }

  /** Returns the entry that is there already, if one is. */
  addLabel(mailbox: Mailbox, message: Message): Entry {
    const known = mailbox.entries.find((entry) => entry.message === message);
    if (known !== undefined) return known;
    if (isAside(mailbox)) for (const other of this.placesOf(message)) this.#take(other, message);
    else for (const other of this.placesOf(message)) if (isAside(other)) this.#take(other, message);
    if (mailbox.use === "Flagged") message.flags.add("\\Flagged");
    const entry = { uid: mailbox.uidNext++, message, isDeleted: false };
    mailbox.entries.push(entry);
    this.#arrange(message);
    this.touch(message);
    return entry;
  }

  /** As an expunge there, or the web's cross beside the label, does it. */
  removeLabel(mailbox: Mailbox, message: Message): void {
    // Undocumented: what is expunged in All Mail stays there if that setting says "archive".
    if (mailbox.use === "All" && this.settings.expungeBehavior === "archive") return;
    if (mailbox.use === "Flagged") message.flags.delete("\\Flagged");
    this.#take(mailbox, message);
    if (isAside(mailbox)) this.#forgetIfNowhere(message);
    else if (!this.placesOf(message).some(({ use }) => !automatic.includes(use))) this.#expungedEverywhere(message);
    this.#arrange(message);
    this.touch(message);
  }

  /** With auto-expunge it is gone then. */
  markDeleted(mailbox: Mailbox, entry: Entry, isDeleted: boolean): void {
    entry.isDeleted = isDeleted;
    if (isDeleted && this.settings.autoExpunge) this.removeLabel(mailbox, entry.message);
    else this.touch(entry.message);
  }

  setFlags(message: Message, flags: Iterable<string>): void {
    message.flags.clear();
    for (const flag of flags) if (flag !== "\\Deleted" && flag !== "\\Recent") message.flags.add(flag);
    this.#arrange(message);
    this.touch(message);
  }

  /** Raises the mod-sequence of a message, and of all mailboxes that it is in. */
  touch(message: Message): void {
    for (const flag of message.flags) if (!flag.startsWith("\\")) this.keywords.add(flag);
    message.modSeq = ++this.#modSeq;
    for (const place of this.placesOf(message)) place.highestModSeq = message.modSeq;
    this.noticeAll();
  }

  placesOf(message: Message): Mailbox[] {
    return [...this.mailboxes.values()].filter(({ entries }) => entries.some((entry) => entry.message === message));
  }

  #take({ entries }: Mailbox, message: Message): void {
    const at = entries.findIndex((entry) => entry.message === message);
    if (at !== -1) entries.splice(at, 1);
  }

  #expungedEverywhere(message: Message): void {
    const { expungeBehavior } = this.settings;
    if (expungeBehavior === "archive") return;
    for (const place of this.placesOf(message)) this.#take(place, message);
    if (expungeBehavior === "trash") this.addLabel(this.ofUse("Trash"), message);
    else this.#forgetIfNowhere(message);
  }

  #forgetIfNowhere(message: Message): void {
    if (this.placesOf(message).length > 0) return;
    for (const [digest, known] of this.#byDigest) if (known === message) this.#byDigest.delete(digest);
  }

  /** All Mail and Starred follow from the rest. */
  #arrange(message: Message): void {
    const places = this.placesOf(message);
    const isHere = places.length > 0 && !places.some(isAside);
    this.#keep(this.ofUse("All"), message, isHere);
    this.#keep(this.ofUse("Flagged"), message, isHere && message.flags.has("\\Flagged"));
  }

  #keep(mailbox: Mailbox, message: Message, isIn: boolean): void {
    const wasIn = mailbox.entries.some((entry) => entry.message === message);
    if (isIn && !wasIn) mailbox.entries.push({ uid: mailbox.uidNext++, message, isDeleted: false });
    else if (!isIn) this.#take(mailbox, message);
  }
}

function isAside({ use }: Mailbox): boolean {
  return use === "Trash" || use === "Junk";
}
