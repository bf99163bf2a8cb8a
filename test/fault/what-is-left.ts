// What a disturbed run leaves: all that the next run can find, in words that are the same for two trials where it is the same.
// Most steps change nothing of that, so most trials leave what another one has left, and would go on as that one did.

import { createHash } from "node:crypto";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type PerSide, sides } from "../../src/model/side.ts";
import type { MailServer } from "../support/mail-server.ts";
import { quoted, RawImap } from "../support/raw-imap.ts";
import { removeScratch, scratchDirectory } from "../support/scratch.ts";
import { dump } from "../unit/state/databases.ts";

export interface Places {
  readonly servers: PerSide<MailServer>;
  /** What the program has written of its own. */
  readonly directory: string;
  /** Values that differ from trial to trial and mean nothing, such as ports and user names. */
  readonly names: readonly (string | number)[];
}

/** A digest. Of a UIDVALIDITY counts whether a mailbox has it: that of a new one is another in each trial. */
export async function whatIsLeft({ servers, directory, names }: Places): Promise<string> {
  const stores = await Promise.all(sides.map((side) => mailOf(servers[side])));
  const validities = stores.flatMap((store) => store.validities);
  const text = [...stores.map((store) => store.text), ...filesIn(directory)].join("\n");
  const named = names.reduce<string>((known, name, i) => known.replaceAll(wordOf(name), `#${i}`), text);
  const same = validities.reduce((known, validity) => known.replaceAll(wordOf(validity), "validity"), named);
  return createHash("sha256").update(same).digest("hex");
}

function wordOf(value: string | number): RegExp {
  return new RegExp(`(?<![\\w.])${value}(?![\\w.])`, "g");
}

/** With UIDs and mod-sequences; nothing is marked as seen or no longer recent. */
async function mailOf(server: MailServer): Promise<{ readonly text: string; readonly validities: readonly string[] }> {
  const imap = await RawImap.login(server);
  try {
    const [listed, subscribed] = await Promise.all([imap.list(), imap.list(`LSUB "" "*"`)]);
    const lines = subscribed.map(({ name }) => `subscribed ${name}`).sort();
    const validities: string[] = [];
    for (const { name, attributes } of listed.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (attributes.includes("\\noselect")) continue;
      const { untagged } = await imap.run(`EXAMINE ${quoted(name)} (CONDSTORE)`);
      const said = untagged.map(({ line }) => line).filter((line) => /UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ/.test(line));
      validities.push(/UIDVALIDITY (\d+)/.exec(said.join())![1]!);
      lines.push(`mailbox ${name}`, ...said);
      const fetched = await imap.run("UID FETCH 1:* (UID FLAGS MODSEQ INTERNALDATE BODY.PEEK[])");
      for (const { line, literals } of fetched.untagged)
        if (line.includes(" FETCH "))
          lines.push(line.replace(" \\Recent", "").replace("\\Recent", ""), digestOf(literals));
    }
    return { text: lines.join("\n"), validities };
  } finally {
    await imap.close();
  }
}

function digestOf(literals: readonly Buffer[]): string {
  return createHash("sha256").update(Buffer.concat(literals)).digest("hex");
}

/** Of databases what they say: from a copy, as the log beside one is for the next run to find. */
function filesIn(directory: string): string[] {
  const copy = scratchDirectory("left");
  try {
    cpSync(directory, copy, {
      recursive: true,
      filter: (path) => !/\/config(\/|$)|\.sock$|status/.test(relative(directory, path)),
    });
    const files = readdirSync(copy, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return files
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !/-(?:wal|shm|journal)$/.test(path))
      .sort()
      .map((path) => `${relative(copy, path)} ${isDatabase(path) ? rowsOf(path) : readFileSync(path, "latin1")}`);
  } finally {
    removeScratch(copy);
  }
}

function isDatabase(path: string): boolean {
  return readFileSync(path).toString("latin1", 0, 15) === "SQLite format 3";
}

/** Not when a mailbox was synchronised, nor with whom. */
function rowsOf(path: string): string {
  const { accounts, synchronised, ...rows } = dump(path).rows;
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value));
}

/** Ends that were reached already, by what they were reached from. */
export class Continued<T> {
  readonly #ends = new Map<string, Promise<T>>();
  /** How many trials needed not go on. */
  spared = 0;

  goOn(from: string, reach: () => Promise<T>): Promise<T> {
    const known = this.#ends.get(from);
    if (known !== undefined) {
      this.spared++;
      return known;
    }
    const end = reach();
    this.#ends.set(from, end);
    return end;
  }
}
