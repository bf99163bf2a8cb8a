// What the servers hold before a run. A situation is a plain value; templates are its mail, made once.

import type { MailServer } from "../../test/support/mail-server.ts";
import { makeMail } from "../../test/support/message-generator.ts";
import { seededRandom } from "../../test/support/random.ts";
import { type AppendMessage, RawImap } from "../../test/support/raw-imap.ts";

export interface Situation {
  readonly mailboxes: number;
  /** In each mailbox. */
  readonly messages: number;
  /** Octets of a message, on average. */
  readonly size: number;
  /** Messages as people have them: all kinds, flags, sizes that differ. Otherwise plain text, equal but for the Message-ID. */
  readonly lifelike?: boolean;
  /** One file for each message (sdbox), or for many of them, which is quicker made and copied where there are masses. */
  readonly format: "sdbox" | "mdbox";
  /** Extensions that the remote server does not offer; it obeys their commands all the same. */
  readonly remoteLacks?: readonly string[];
}

/** How the remote server is reached. */
export interface Link {
  readonly tls?: boolean;
  readonly compress?: boolean;
  readonly roundTripMs: number;
}

export function mailboxNames({ mailboxes }: Situation): string[] {
  return Array.from({ length: mailboxes }, (_, i) => (i === 0 ? "INBOX" : `box${i}`));
}

/** Fills the server's user. All changes get a MODSEQ, as they do on a server that is being synchronised. */
export async function fill(server: MailServer, situation: Situation): Promise<void> {
  const imap = await RawImap.login(server);
  await imap.run("ENABLE QRESYNC");
  for (const mailbox of mailboxNames(situation)) {
    if (mailbox !== "INBOX") await imap.run(`CREATE ${mailbox}`);
    for (const batch of batchesOf(messagesOf(situation, mailbox), { octets: 8 << 20, messages: 5_000 })) {
      await imap.append(mailbox, batch);
    }
  }
  await imap.close();
}

/** Always the same ones. */
export function* messagesOf({ messages, size, lifelike }: Situation, mailbox: string): Generator<AppendMessage> {
  const random = seededRandom(1 + Number(mailbox.replace(/\D/g, "")));
  for (let made = 0; made < messages; made++) {
    // Sizes spread as in real mail, the mean kept.
    yield lifelike
      ? makeMail(random, { size: Math.round(size * (0.25 + 1.5 * random.next())) })
      : plainMessage(`${mailbox}-${made}`, size);
  }
}

export function plainMessage(name: string, size: number): AppendMessage {
  const header = `From: a@example.org\r\nSubject: ${name}\r\nMessage-ID: <${name}@example.org>\r\n\r\n`;
  const body = Buffer.alloc(Math.max(0, size - header.length - 2), `${"benchmark ".repeat(7)}\r\n`);
  return {
    bytes: Buffer.concat([Buffer.from(header), body, Buffer.from("\r\n")]),
    flags: [],
    internalDate: " 1-Jan-2024 00:00:00 +0000",
  };
}

/** At most so many octets and messages in each; a message that is larger comes alone. */
export function* batchesOf(
  all: Iterable<AppendMessage>,
  limits: { readonly octets: number; readonly messages: number },
): Generator<AppendMessage[]> {
  let batch: AppendMessage[] = [];
  let octets = 0;
  for (const message of all) {
    octets += message.bytes.length;
    if (batch.length > 0 && (octets > limits.octets || batch.length >= limits.messages)) {
      yield batch;
      batch = [];
      octets = message.bytes.length;
    }
    batch.push(message);
  }
  if (batch.length > 0) yield batch;
}
