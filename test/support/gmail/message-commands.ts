// The Gmail model's commands on messages: FETCH, STORE, COPY, MOVE, EXPUNGE and APPEND, by number and by UID.

import type { Entry } from "./account.ts";
import type { Client, Handler } from "./client.ts";
import { fetchItem, flagsOf, itemsOf, marksSeen } from "./fetch-items.ts";
import { mailboxNamed } from "./mailbox-commands.ts";
import { inSet, isList, listOf, textOf, type Token } from "./read-command.ts";
import { Refusal } from "./refusal.ts";

const appendLimit = 35_651_584;

export const messageCommands: Readonly<Record<string, Handler>> = {
  FETCH: (client, args) => fetchMessages(client, args, false),
  "UID FETCH": (client, args) => fetchMessages(client, args, true),
  STORE: (client, args) => store(client, args, false),
  "UID STORE": (client, args) => store(client, args, true),
  COPY: (client, args) => copy(client, args, { byUid: false, moves: false }),
  "UID COPY": (client, args) => copy(client, args, { byUid: true, moves: false }),
  MOVE: (client, args) => copy(client, args, { byUid: false, moves: true }),
  "UID MOVE": (client, args) => copy(client, args, { byUid: true, moves: true }),
  EXPUNGE: (client) => {
    expunge(client, () => true);
    return undefined;
  },
  "UID EXPUNGE": (client, [set]) => {
    const { known } = client.selected({ forWriting: true });
    expunge(client, inSet(set, known.at(-1)?.uid ?? 0));
    return undefined;
  },
  CLOSE: (client) => {
    // RFC 3501 6.4.2: nothing is removed from what is open for reading only.
    if (!client.selected().isReadOnly) expunge(client, () => true);
    client.close();
    return undefined;
  },
  APPEND: append,
};

interface Numbered {
  readonly entry: Entry;
  readonly number: number;
}

/** Those of the messages that the client knows of; RFC 3501 6.4.8: UIDs that are none are passed over. */
export function chosen(client: Client, set: Token | undefined, byUid: boolean): Numbered[] {
  const { mailbox, known } = client.selected();
  const present = new Set(mailbox.entries);
  const isIn = inSet(set, byUid ? (known.at(-1)?.uid ?? 0) : known.length);
  return known
    .map((entry, at) => ({ entry, number: at + 1 }))
    .filter(({ entry, number }) => present.has(entry) && isIn(byUid ? entry.uid : number));
}

function fetchMessages(client: Client, [set, wanted, more]: readonly Token[], byUid: boolean): undefined {
  const { account } = client;
  const items = itemsOf(wanted);
  const [modifier, since] = isList(more) ? more.map(textOf) : [];
  if (modifier !== undefined && modifier.toUpperCase() !== "CHANGEDSINCE") throw new Refusal("BAD", "Unknown modifier");
  if (since !== undefined || items.includes("MODSEQ")) client.tellModSeqs();
  if (since !== undefined && !items.includes("MODSEQ")) items.push("MODSEQ");
  if (byUid && !items.includes("UID")) items.unshift("UID");
  for (const { entry, number } of chosen(client, set, byUid)) {
    const { message } = entry;
    if (since !== undefined && message.modSeq <= BigInt(since)) continue;
    if (items.some(marksSeen) && !message.flags.has("\\Seen")) account.setFlags(message, [...message.flags, "\\Seen"]);
    const values = items.map((item) => fetchItem(item, entry, account));
    const parts = values.flatMap((value, at) => (at === 0 ? value : [" ", ...value]));
    if (items.includes("FLAGS") || items.includes("MODSEQ")) client.noteTold(entry);
    client.say(`* ${number} FETCH (`, ...parts, ")");
  }
}

function store(client: Client, args: readonly Token[], byUid: boolean): string | undefined {
  const { mailbox } = client.selected({ forWriting: true });
  const { account } = client;
  const [set, ...rest] = args;
  const modifier = isList(rest[0]) ? listOf(rest.shift()).map(textOf) : [];
  const unchangedSince = modifier[1] === undefined ? undefined : BigInt(modifier[1]);
  if (unchangedSince !== undefined) client.tellModSeqs();
  const [, sign = "", what, silent] = /^([+-]?)(FLAGS|X-GM-LABELS)(\.SILENT)?$/i.exec(textOf(rest[0])) ?? [];
  if (what === undefined) throw new Refusal("BAD", "Could not parse command");
  const values = (isList(rest[1]) ? rest[1] : rest.slice(1)).map(textOf);
  const modified: number[] = [];
  for (const { entry, number } of chosen(client, set, byUid)) {
    if (unchangedSince !== undefined && entry.message.modSeq > unchangedSince) {
      modified.push(byUid ? entry.uid : number);
      continue;
    }
    if (what.toUpperCase() === "FLAGS") storeFlags(client, entry, { sign, values });
    else for (const name of values) storeLabel(client, entry, { sign, name });
    if (silent !== undefined && !client.tellsModSeqs) continue;
    const isGone = !mailbox.entries.includes(entry);
    client.noteTold(entry);
    const told = [
      ...(byUid ? [`UID ${entry.uid}`] : []),
      // Seen on the real one: what auto-expunge takes away has none any more.
      ...(client.tellsModSeqs ? [`MODSEQ (${isGone ? 0 : entry.message.modSeq})`] : []),
      ...(silent === undefined ? [`FLAGS (${flagsOf(entry).join(" ")})`] : []),
    ];
    client.say(`* ${number} FETCH (${told.join(" ")})`);
  }
  account.noticeAll();
  return modified.length === 0 ? undefined : `[MODIFIED ${modified.join(",")}] Conditional STORE failed (Success)`;
}

interface Change {
  readonly sign: string;
  readonly values: readonly string[];
}

function storeFlags(client: Client, entry: Entry, { sign, values }: Change): void {
  const { account } = client;
  const { mailbox } = client.selected();
  const names = values.map(canonicalFlag);
  const before = new Set(flagsOf(entry));
  const after = new Set(sign === "" ? names : before);
  for (const name of names) {
    if (sign === "-") after.delete(name);
    else after.add(name);
  }
  const isDeleted = after.delete("\\Deleted");
  before.delete("\\Deleted");
  if (after.size !== before.size || [...after].some((name) => !before.has(name)))
    account.setFlags(entry.message, after);
  if (isDeleted !== entry.isDeleted) account.markDeleted(mailbox, entry, isDeleted);
}

const systemFlags: readonly string[] = ["\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "\\Seen"];

function canonicalFlag(name: string): string {
  return systemFlags.find((flag) => flag.toLowerCase() === name.toLowerCase()) ?? name;
}

function storeLabel(client: Client, entry: Entry, { sign, name }: { sign: string; name: string }): void {
  const { account } = client;
  const mailbox = mailboxNamed(account, name === "\\Inbox" ? "INBOX" : name);
  if (sign === "-") account.removeLabel(mailbox, entry.message);
  else account.addLabel(mailbox, entry.message);
}

function copy(
  client: Client,
  [set, name]: readonly Token[],
  { byUid, moves }: { readonly byUid: boolean; readonly moves: boolean },
): string | undefined {
  const { account } = client;
  const { mailbox } = client.selected({ forWriting: moves });
  const target = mailboxNamed(account, name, "TRYCREATE");
  const entries = chosen(client, set, byUid).map(({ entry }) => entry);
  const copies = entries.map(({ message }) => account.addLabel(target, message).uid);
  const code = `[COPYUID ${target.uidValidity} ${entries.map(({ uid }) => uid).join(",")} ${copies.join(",")}]`;
  if (!moves) return entries.length === 0 ? undefined : `${code} (Success)`;
  if (entries.length > 0) client.say(`* OK ${code}`);
  if (target !== mailbox) for (const { message } of entries) account.removeLabel(mailbox, message);
  return undefined;
}

function expunge(client: Client, isMeant: (uid: number) => boolean): void {
  const { mailbox } = client.selected({ forWriting: true });
  for (const { uid, message, isDeleted } of [...mailbox.entries])
    if (isDeleted && isMeant(uid)) client.account.removeLabel(mailbox, message);
}

/** One message: there is no MULTIAPPEND. */
function append(client: Client, args: readonly Token[]): string {
  const [name, ...rest] = args;
  const { account } = client;
  const mailbox = mailboxNamed(account, name, "TRYCREATE");
  const flags = isList(rest[0]) ? listOf(rest.shift()).map((flag) => canonicalFlag(textOf(flag))) : [];
  const internalDate = rest.length > 1 ? textOf(rest.shift()) : "01-Jan-2024 00:00:00 +0000";
  const [message] = rest;
  if (rest.length !== 1 || message === undefined || isList(message) || typeof message === "string") {
    throw new Refusal("BAD", "Could not parse command");
  }
  const bytes = message.text;
  if (bytes.length > appendLimit) throw new Refusal("NO", "[TOOBIG] Message too large.");
  const { uid } = account.append(mailbox, { bytes, flags, internalDate });
  return `[APPENDUID ${mailbox.uidValidity} ${uid}] (Success)`;
}
