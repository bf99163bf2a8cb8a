// What a mail store holds, without anything that may differ between two servers: no UIDs, no order, no sizes of
// server-side things. Two synchronised stores have equal snapshots.

import { createHash } from "node:crypto";
import type { MailServer } from "./mail-server.ts";
import { plainName } from "./mailbox-names.ts";
import { quoted, RawImap, type RawResponse } from "./raw-imap.ts";

export interface MessageSnapshot {
  /** SHA-256 of the message's octets. */
  readonly digest: string;
  readonly size: number;
  /** Sorted, in lower case, without \recent. */
  readonly flags: readonly string[];
  /** Seconds since 1970. */
  readonly internalDate: number;
  /** To tell people which message is meant. */
  readonly messageId: string;
}

/** Names have NUL as hierarchy delimiter and are UTF-8. */
export interface MailStoreSnapshot {
  readonly mailboxes: ReadonlyMap<string, readonly MessageSnapshot[]>;
  readonly subscribed: ReadonlySet<string>;
}

export interface SnapshotOptions {
  /** Look only below this raw name, as list-reference does, e.g. "perso/". */
  readonly reference?: string;
  /** Mailutils keeps neither. */
  readonly withoutDatesAndKeywords?: boolean;
  /** Courier ends the last line of a message where it has no end. */
  readonly withFinalLineEnd?: boolean;
}

export async function snapshot(
  server: MailServer,
  user = server.user,
  options: SnapshotOptions = {},
): Promise<MailStoreSnapshot> {
  const reference = options.reference ?? server.prefix;
  const imap = await RawImap.login(server, { user });
  try {
    const pattern = options.reference === undefined ? `"" "*"` : `${quoted(options.reference)} "*"`;
    const [listed, subscriptions] = await Promise.all([
      imap.list(`LIST ${pattern}`),
      imap.list(`${server.isBare ? "LSUB" : "LIST (SUBSCRIBED)"} ${pattern}`),
    ]);
    const selectable = listed.filter(({ attributes }) => !attributes.some((one) => unselectable.has(one)));
    const mailboxes = await Promise.all(
      selectable.map(
        async ({ name }) => [plainName(server, name, reference), await messagesIn(imap, name, options)] as const,
      ),
    );
    // LSUB: what is only above a subscription.
    const own = subscriptions.filter(
      ({ name, attributes }) =>
        !attributes.includes("\\noselect") ||
        !subscriptions.some((one) => one.name.startsWith(name + server.delimiter)),
    );
    const names = own.map(({ name }) => plainName(server, name, reference));
    return {
      mailboxes: new Map(mailboxes.filter((entry): entry is [string, MessageSnapshot[]] => entry[0] !== undefined)),
      subscribed: new Set(names.filter((name) => name !== undefined)),
    };
  } finally {
    await imap.close();
  }
}

const unselectable = new Set(["\\noselect", "\\nonexistent"]);

async function messagesIn(imap: RawImap, wireName: string, options: SnapshotOptions): Promise<MessageSnapshot[]> {
  const messages: MessageSnapshot[] = [];
  const [examined] = await Promise.all([
    imap.send(`EXAMINE ${quoted(wireName)}`),
    imap.send("UID FETCH 1:* (FLAGS INTERNALDATE BODY.PEEK[])", (response) => {
      if (response.line.includes("BODY[]")) messages.push(messageSnapshot(response, options));
    }),
  ]);
  if (examined.status !== "OK") throw new Error(`EXAMINE ${wireName}: ${examined.text}`);
  return messages.sort((a, b) => compare(identity(a), identity(b)));
}

function messageSnapshot({ line, literals }: RawResponse, options: SnapshotOptions): MessageSnapshot {
  const { withoutDatesAndKeywords: isLess = false, withFinalLineEnd = false } = options;
  const sent = literals[0] ?? Buffer.from(/BODY\[\] "(.*?)"/.exec(line)?.[1] ?? "", "latin1");
  const bytes = withFinalLineEnd && sent.at(-1) !== 0x0a ? Buffer.concat([sent, Buffer.from("\r\n")]) : sent;
  const flags = (/FLAGS \(([^)]*)\)/.exec(line)?.[1] ?? "").toLowerCase().split(" ");
  const head = bytes.toString("latin1", 0, 8192);
  return {
    digest: createHash("sha256").update(bytes).digest("hex"),
    size: bytes.length,
    flags: flags.filter((flag) => flag !== "" && flag !== "\\recent" && !(isLess && !flag.startsWith("\\"))).sort(),
    internalDate: isLess ? 0 : epochSeconds(/INTERNALDATE "([^"]+)"/.exec(line)?.[1] ?? ""),
    messageId: /^message-id:\s*(\S+)/im.exec(head)?.[1] ?? "without Message-ID",
  };
}

/** " 1-Jan-2024 00:00:00 +0100" (RFC 3501 date-time). */
function epochSeconds(dateTime: string): number {
  return Date.parse(dateTime.trim().replace(/^(\d+)-(\w+)-(\d+)/, "$1 $2 $3")) / 1000;
}

/** Everything that counts; the Message-ID and the size are inside the digest. */
function identity({ digest, flags, internalDate }: MessageSnapshot): string {
  return `${digest} ${internalDate} ${flags.join(" ")}`;
}

const lineLimit = 20;

/** What differs, a line each, at most 20 and a count of the rest; empty when the stores are equal. */
export function diffSnapshots(a: MailStoreSnapshot, b: MailStoreSnapshot): string[] {
  const lines = [...diffMailboxes(a, b), ...diffSubscriptions(a, b)];
  if (lines.length <= lineLimit) return lines;
  return [...lines.slice(0, lineLimit - 1), `… and ${lines.length - lineLimit + 1} more differences`];
}

function diffMailboxes(a: MailStoreSnapshot, b: MailStoreSnapshot): string[] {
  const names = [...new Set([...a.mailboxes.keys(), ...b.mailboxes.keys()])].sort(compare);
  return names.flatMap((name) => {
    const [inA, inB] = [a.mailboxes.get(name), b.mailboxes.get(name)];
    if (inA === undefined || inB === undefined) {
      const count = (inA ?? inB ?? []).length;
      return [`${shown(name)}: only in ${inA === undefined ? "b" : "a"} (${count} messages)`];
    }
    return diffMessages(inA, inB).map((difference) => `${shown(name)}: ${difference}`);
  });
}

function diffMessages(a: readonly MessageSnapshot[], b: readonly MessageSnapshot[]): string[] {
  const onlyA = without(a, b);
  const onlyB = without(b, a);
  const changed = onlyA.flatMap((left) => {
    const at = onlyB.findIndex((right) => right.digest === left.digest);
    if (at === -1) return [`${described(left)} only in a`];
    return [`${left.messageId} differs: ${diffMetadata(left, onlyB.splice(at, 1)[0]!)}`];
  });
  return [...changed, ...onlyB.map((right) => `${described(right)} only in b`)];
}

function diffMetadata(a: MessageSnapshot, b: MessageSnapshot): string {
  const flags =
    a.flags.join(" ") === b.flags.join(" ") ? [] : [`flags (${a.flags.join(" ")}) / (${b.flags.join(" ")})`];
  const dates = a.internalDate === b.internalDate ? [] : [`INTERNALDATE ${iso(a)} / ${iso(b)}`];
  return [...flags, ...dates].join(", ");
}

function diffSubscriptions(a: MailStoreSnapshot, b: MailStoreSnapshot): string[] {
  const onlyA = [...a.subscribed].filter((name) => !b.subscribed.has(name)).map((name) => [name, "a"] as const);
  const onlyB = [...b.subscribed].filter((name) => !a.subscribed.has(name)).map((name) => [name, "b"] as const);
  return [...onlyA, ...onlyB].map(([name, side]) => `${shown(name)}: subscribed only in ${side}`);
}

/** Multiset difference. */
function without(all: readonly MessageSnapshot[], others: readonly MessageSnapshot[]): MessageSnapshot[] {
  const counts = new Map<string, number>();
  for (const other of others) counts.set(identity(other), (counts.get(identity(other)) ?? 0) + 1);
  return all.filter((message) => {
    const left = counts.get(identity(message)) ?? 0;
    counts.set(identity(message), left - 1);
    return left <= 0;
  });
}

function described(message: MessageSnapshot): string {
  return `${message.messageId} (${message.size} bytes, ${iso(message)}, ${message.flags.join(" ") || "no flags"})`;
}

function iso({ internalDate }: MessageSnapshot): string {
  return Number.isFinite(internalDate) ? new Date(internalDate * 1000).toISOString() : "invalid";
}

function shown(name: string): string {
  return name.replaceAll("\0", "/");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
