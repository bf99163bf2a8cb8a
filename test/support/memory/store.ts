// Mailboxes in memory, for servers in the tests' own process.

export interface StoredMessage {
  readonly uid: number;
  readonly bytes: Buffer;
  readonly internalDate: string;
  readonly flags: Set<string>;
  modSeq: number;
}

export class StoredMailbox {
  /** As on the wire. */
  name: string;
  readonly uidValidity: number;
  uidNext = 1;
  modSeq = 1;
  /** Ascending by UID. */
  readonly messages = new Map<number, StoredMessage>();
  /** When each UID vanished. */
  readonly vanished = new Map<number, number>();

  constructor(name: string, uidValidity: number) {
    this.name = name;
    this.uidValidity = uidValidity;
  }

  add(bytes: Buffer, flags: Iterable<string> = [], internalDate = "01-Feb-2020 10:34:56 +0000"): number {
    const uid = this.uidNext++;
    this.messages.set(uid, { uid, bytes, internalDate, flags: new Set(flags), modSeq: ++this.modSeq });
    return uid;
  }

  setFlags(message: StoredMessage, flags: Iterable<string>): void {
    const now = [...flags];
    message.flags.clear();
    for (const flag of now) message.flags.add(flag);
    message.modSeq = ++this.modSeq;
  }

  remove(uid: number): void {
    if (this.messages.delete(uid)) this.vanished.set(uid, ++this.modSeq);
  }

  /** From 1 on; as RFC 3501 2.3.1.2 has it. */
  sequenceOf(uid: number): number {
    return [...this.messages.keys()].indexOf(uid) + 1;
  }
}

export class MemoryStore {
  readonly mailboxes = new Map<string, StoredMailbox>();
  readonly subscribed = new Set<string>();
  #validity = 1000;

  constructor(...names: readonly string[]) {
    for (const name of ["INBOX", ...names]) this.create(name);
  }

  create(name: string): StoredMailbox {
    const mailbox = new StoredMailbox(name, ++this.#validity);
    this.mailboxes.set(name, mailbox);
    return mailbox;
  }

  named(name: string): StoredMailbox | undefined {
    return this.mailboxes.get(/^inbox$/i.test(name) ? "INBOX" : name);
  }
}

/** A small message, known by its name. */
export function letter(name: string, body = "text\r\n"): Buffer {
  return Buffer.from(`From: a@b\r\nSubject: ${name}\r\nMessage-ID: <${name}@x>\r\n\r\n${body}`, "latin1");
}
