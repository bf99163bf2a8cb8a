// A round of random changes to a mail store, as a plan that can be printed and then carried out. Rounds planned
// for two sides never contradict each other without a defined outcome: flags unite and a deletion wins, while
// each mailbox's subscription, and each new name, belongs to one side.

import { type MailServer, takenFlags } from "./mail-server.ts";
import type { Place } from "./mail-store.ts";
import { plainName, wireName } from "./mailbox-names.ts";
import { keywords, makeFlags, makeMail } from "./message-generator.ts";
import type { Random } from "./random.ts";
import { type AppendMessage, quoted, RawImap } from "./raw-imap.ts";

export type Change =
  | { readonly kind: "append"; readonly mailbox: string; readonly message: AppendMessage }
  | { readonly kind: "expunge"; readonly mailbox: string; readonly uids: readonly number[] }
  | {
      readonly kind: "flags";
      readonly mailbox: string;
      readonly uids: readonly number[];
      readonly item: "FLAGS" | "+FLAGS" | "-FLAGS";
      readonly flags: readonly string[];
    }
  | { readonly kind: "create" | "subscribe" | "unsubscribe"; readonly mailbox: string };

export interface Round {
  /** Default 10. */
  readonly changes?: number;
  /** Which of the two sides this is, when both change before a synchronisation. */
  readonly side?: "local" | "remote";
  /** Leave these out, e.g. ["expunge"]. */
  readonly without?: readonly Change["kind"][];
  /** For servers that know no others. */
  readonly systemFlagsOnly?: boolean;
  /** Only these, by name; all unless told. */
  readonly mailboxes?: (name: string) => boolean;
}

/** What a plan is made from: the mailboxes, NUL as hierarchy delimiter, and the UIDs in each. */
export type Survey = ReadonlyMap<string, readonly number[]>;

// A kind is as likely as it is frequent here.
const kinds: readonly Change["kind"][] = [
  ...Array<"append">(5).fill("append"),
  ...Array<"flags">(5).fill("flags"),
  ...Array<"expunge">(3).fill("expunge"),
  "create",
  "subscribe",
  "unsubscribe",
];

export function planChanges(random: Random, survey: Survey, round: Round = {}): Change[] {
  const allowed = kinds.filter((kind) => !round.without?.includes(kind));
  const uidsLeft = new Map([...survey].map(([name, uids]) => [name, [...uids]]));
  const own = (name: string) => round.side === undefined || ownerOf(name) === round.side;
  const planned: Change[] = [];
  for (let tries = 0; planned.length < (round.changes ?? 10) && tries < 1000; tries++) {
    const change = planOne(random.pick(allowed));
    if (change !== undefined) planned.push(change);
  }
  return planned;

  function planOne(kind: Change["kind"]): Change | undefined {
    const mailbox = random.pick([...uidsLeft.keys()]);
    const uids = uidsLeft.get(mailbox) ?? [];
    switch (kind) {
      case "append":
        return { kind, mailbox, message: makeMail(random) };
      case "flags": {
        const chosen = random.some(uids, 0.2);
        const item = random.pick(["FLAGS", "+FLAGS", "-FLAGS"] as const);
        const known = round.systemFlagsOnly ? [] : keywords;
        const made = makeFlags(random).filter((flag) => flag.startsWith("\\") || !round.systemFlagsOnly);
        const flags = item === "FLAGS" ? made : [random.pick(["\\Seen", "\\Flagged", ...known])];
        return chosen.length === 0 ? undefined : { kind, mailbox, uids: chosen, item, flags };
      }
      case "expunge": {
        const chosen = random.some(uids, 0.1);
        uidsLeft.set(
          mailbox,
          uids.filter((uid) => !chosen.includes(uid)),
        );
        return chosen.length === 0 ? undefined : { kind, mailbox, uids: chosen };
      }
      case "create": {
        const leaf = `new ${round.side ?? ""} ${random.integer(1, 1_000_000)}`.replace("  ", " ");
        const name = mailbox === "INBOX" || random.chance(0.3) ? leaf : `${mailbox}\0${leaf}`;
        uidsLeft.set(name, []);
        return { kind, mailbox: name };
      }
      case "subscribe":
      case "unsubscribe":
        return own(mailbox) && survey.has(mailbox) ? { kind, mailbox } : undefined;
    }
  }
}

/** The sum of its characters decides: the same on both servers, and about half of the names each. */
function ownerOf(mailbox: string): "local" | "remote" {
  const sum = [...mailbox].reduce((total, character) => total + (character.codePointAt(0) ?? 0), 0);
  return sum % 2 === 0 ? "local" : "remote";
}

/** One line for a person. */
export function describeChange(change: Change): string {
  const mailbox = change.mailbox.replaceAll("\0", "/");
  switch (change.kind) {
    case "append": {
      const { bytes, flags } = change.message;
      return `append to ${mailbox}: ${bytes.length} bytes (${flags.join(" ")})`;
    }
    case "expunge":
      return `expunge from ${mailbox}: UIDs ${change.uids.join(",")}`;
    case "flags":
      return `store in ${mailbox}: UIDs ${change.uids.join(",")} ${change.item} (${change.flags.join(" ")})`;
    case "create":
    case "subscribe":
    case "unsubscribe":
      return `${change.kind} ${mailbox}`;
  }
}

/** Plans a round from what the server holds now, carries it out and returns it. */
export async function mutate(random: Random, server: MailServer, round: Round & Place = {}): Promise<Change[]> {
  const imap = await RawImap.login(server, { user: round.user ?? server.user });
  try {
    const { mailboxes = () => true } = round;
    const known = [...(await survey(imap, server, round))].filter(([name]) => mailboxes(name));
    const changes = planChanges(random, new Map(known), round);
    await apply(imap, server, { changes, place: round });
    return changes;
  } finally {
    await imap.close();
  }
}

async function survey(imap: RawImap, server: MailServer, place: Place): Promise<Survey> {
  const listed = await imap.list();
  const found = new Map<string, number[]>();
  for (const { name: wire, attributes } of listed) {
    const name = plainName(server, wire, place.reference);
    if (name === undefined || attributes.includes("\\noselect") || attributes.includes("\\nonexistent")) continue;
    if (server.kind === "mailutils") {
      // Only what was selected, and left, keeps its UIDs.
      await imap.run(`SELECT ${quoted(wire)}`);
      await imap.run("CLOSE");
    }
    await imap.run(`EXAMINE ${quoted(wire)}`);
    const { untagged } = await imap.run("UID SEARCH ALL");
    const numbers = untagged.find(({ line }) => line.startsWith("* SEARCH"))?.line.match(/\d+/g) ?? [];
    found.set(name, numbers.map(Number));
  }
  // Courier appends nothing to what is open for reading.
  await imap.run("CLOSE");
  // Servers list in their own order; the plan shall not depend on it.
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Work {
  readonly changes: readonly Change[];
  readonly place: Place;
}

async function apply(imap: RawImap, server: MailServer, { changes, place }: Work): Promise<void> {
  let selected: string | undefined;
  const select = async (mailbox: string): Promise<void> => {
    if (selected !== mailbox) await imap.run(`SELECT ${quoted(mailbox)}`);
    selected = mailbox;
  };
  for (const change of changes) {
    const mailbox = wireName(server, change.mailbox, place.reference);
    switch (change.kind) {
      case "append":
        await imap.append(mailbox, [change.message]);
        break;
      case "flags":
        await select(mailbox);
        await imap.run(
          `UID STORE ${change.uids.join(",")} ${change.item}.SILENT (${takenFlags(server, change.flags).join(" ")})`,
        );
        break;
      case "expunge":
        await select(mailbox);
        await imap.run(`UID STORE ${change.uids.join(",")} +FLAGS.SILENT (\\Deleted)`);
        await imap.run(server.isBare ? "EXPUNGE" : `UID EXPUNGE ${change.uids.join(",")}`);
        break;
      case "create":
      case "subscribe":
      case "unsubscribe":
        await imap.run(`${change.kind.toUpperCase()} ${quoted(mailbox)}`);
    }
  }
}
