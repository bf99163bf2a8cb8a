// Fills a server: first a plan, a plain value, then the commands that make it so.

import type { MailServer } from "./mail-server.ts";
import { wireName } from "./mailbox-names.ts";
import { makeMail } from "./message-generator.ts";
import { type Random, seededRandom } from "./random.ts";
import { type AppendMessage, quoted, RawImap } from "./raw-imap.ts";

export interface MailboxPlan {
  /** UTF-8, NUL as hierarchy delimiter. */
  readonly name: string;
  readonly isSubscribed: boolean;
  readonly messages: readonly AppendMessage[];
}

export interface StoreSize {
  readonly seed?: number;
  /** INBOX included. */
  readonly mailboxes?: number;
  /** In all mailboxes together; some mailboxes stay empty. */
  readonly messages?: number;
  /** Of each message, in octets; default: random. */
  readonly messageSize?: number;
}

export interface Place {
  readonly user?: string;
  /** Raw octets put before every mailbox name; default: the server's own prefix. */
  readonly reference?: string;
}

// Parents before children: some servers make missing parents unselectable, others make them real.
const mailboxNames = [
  "INBOX",
  "Archive",
  "Archive\x002023",
  "Archive\x002023\0Q4 (old)",
  "Entwürfe",
  "日本語",
  "日本語\0仕事",
  "R&D",
  "with space",
  "quo'te",
  "x+y=z",
  "#hash",
  "[Gmail]",
  "[Gmail]\0All Mail",
  "a:b",
  "😀 emoji",
  "tilde~x",
  "Привет",
];

export function planStore(random: Random, size: StoreSize = {}): MailboxPlan[] {
  const count = size.mailboxes ?? mailboxNames.length;
  const names = Array.from({ length: count }, (_, index) => mailboxNames[index] ?? `Archive\0list ${index}`);
  const messages = new Map<string, AppendMessage[]>(names.map((name) => [name, []]));
  const options = size.messageSize === undefined ? {} : { size: size.messageSize };
  const filled = names.filter((_, index) => index % 7 !== 5);
  for (let made = 0; made < (size.messages ?? 60); made++) {
    messages.get(random.pick(filled))?.push(makeMail(random, options));
  }
  return names.map((name) => ({ name, isSubscribed: random.chance(0.7), messages: messages.get(name) ?? [] }));
}

/** Makes the mailboxes, subscribes and appends; returns what it made. */
export async function populate(server: MailServer, size: StoreSize = {}, place: Place = {}): Promise<MailboxPlan[]> {
  const plan = planStore(seededRandom(size.seed ?? 1), size);
  await fillStore(server, plan, place);
  return plan;
}

export async function fillStore(server: MailServer, plan: readonly MailboxPlan[], place: Place = {}): Promise<void> {
  const imap = await RawImap.login(server, { user: place.user ?? server.user });
  try {
    for (const { name, isSubscribed, messages } of plan) {
      const mailbox = wireName(server, name, place.reference);
      // The answer may be NO: INBOX is always there, and so may be the others.
      if (name !== "INBOX" || place.reference !== undefined) await imap.send(`CREATE ${quoted(mailbox)}`);
      await imap.run(`${isSubscribed ? "SUBSCRIBE" : "UNSUBSCRIBE"} ${quoted(mailbox)}`);
      await appendAll(imap, mailbox, messages);
    }
  } finally {
    await imap.close();
  }
}

const batchMessages = 100;
const batchBytes = 1_000_000;

/** Appends in batches small enough for every server. Takes a generator too, so that no more is held than a batch. */
export async function appendAll(imap: RawImap, mailbox: string, messages: Iterable<AppendMessage>): Promise<void> {
  let batch: AppendMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    batch.push(message);
    bytes += message.bytes.length;
    if (batch.length < batchMessages && bytes < batchBytes) continue;
    await imap.append(mailbox, batch);
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) await imap.append(mailbox, batch);
}
