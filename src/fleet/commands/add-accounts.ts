// `add` and `import`: accounts of a file, all of them or, where one is wrong, none. With `--update`, those that are in the fleet become
// as the file says.

import { InterimapError } from "../../model/errors.ts";
import { counted } from "../../util/counted.ts";
import { printable } from "../../util/printable.ts";
import type { Phase } from "../accounts/account.ts";
import { changeText } from "../accounts/account-changes.ts";
import { Incoming, type IncomingAccount, type LineFault } from "../accounts/incoming.ts";
import { readAccount } from "../accounts/read-account.ts";
import { nameIn } from "../accounts/record.ts";
import { accountsByName } from "../accounts/stored-account.ts";
import { textOfFile } from "../accounts/text-of-file.ts";
import { type FileForm, writtenLines } from "../accounts/written-lines.ts";
import type { Fleet } from "../fleet.ts";
import { currentKey } from "../secrets/stored-keys.ts";

export interface Adding {
  readonly path: string;
  readonly form: FileForm;
  readonly phase: Phase;
  readonly onlyChecks: boolean;
  /** Accounts that are in the fleet are changed. */
  readonly updates: boolean;
}

export interface Added {
  readonly lines: readonly string[];
  readonly isFine: boolean;
}

/** Lines of the file at a time, and accounts in a transaction that changes them. */
const atOnce = 500;
/** The most that are shown; the others are counted. */
const mostShown = 1_000;

/** Lines that tell what was done, or what is wrong. @throws InterimapError USAGE, DATABASE_READ */
export async function addAccounts(fleet: Fleet, adding: Adding): Promise<Added> {
  const incoming = new Incoming(fleet.database);
  try {
    return await add(fleet, adding, incoming);
  } finally {
    await incoming.forget().catch(() => undefined);
  }
}

async function add(fleet: Fleet, adding: Adding, incoming: Incoming): Promise<Added> {
  const { path, phase, onlyChecks, updates } = adding;
  const faults = await gather(fleet, adding, incoming);
  if (faults.count > 0) return { lines: faultLines(path, faults, updates), isFine: false };
  const { pairs, copies, changed, same } = await incoming.count();
  if (onlyChecks) {
    const differences = await changeLines(incoming);
    const what = updates
      ? `${counted(pairs + copies, "account")} to add, ${String(changed)} to change, ${String(same)} the same`
      : counted(pairs + copies, "account");
    return { lines: [...differences, `${path} is fine: ${what}`], isFine: true };
  }
  if (pairs + copies > 0) await insertAll(fleet, incoming, { phase, count: pairs + copies });
  if (changed > 0) await changeAll(fleet, incoming);
  const told = [
    ...(copies > 0 ? [`${counted(copies, "account")}, for ${phase}`] : []),
    ...(pairs > 0 ? [`${counted(pairs, "pair")}, to be kept in step`] : []),
  ];
  return {
    lines: [
      ...(told.length > 0 ? [`Added ${told.join(", and ")}`] : []),
      ...(updates ? [`Changed ${counted(changed, "account")}; ${String(same)} the same as before`] : []),
    ],
    isFine: true,
  };
}

/** Reads the whole file into the table of incoming accounts. Returns what is wrong, by line. */
async function gather({ database }: Fleet, { path, form, updates }: Adding, incoming: Incoming): Promise<Faults> {
  const sealing = await currentKey(database);
  const own: LineFault[] = [];
  let count = 0;
  for await (const lines of slicesOf(writtenLines(textOfFile(path), form), atOnce)) {
    const stored = updates
      ? await accountsByName(
          database,
          lines.map(({ record }) => nameIn(record)),
        )
      : new Map<string, never>();
    const accounts: IncomingAccount[] = [];
    for (const one of lines) {
      const known = stored.get(nameIn(one.record));
      const { line, account, changes, faults } = readAccount(one, { sealing, stored: known });
      count += faults.length;
      if (own.length < mostShown) own.push(...faults.map((message) => ({ line, message })));
      if (account === undefined) continue;
      const words = changes.length === 0 ? undefined : changes.map(changeText).join("; ");
      accounts.push({ line, account, stored: known?.id, changes: words });
    }
    await incoming.add(accounts);
  }
  const among = await incoming.faults(mostShown);
  const first = [...own, ...among.first].sort((a, b) => a.line - b.line).slice(0, mostShown);
  return { first, count: count + among.count };
}

interface Faults {
  /** By line. */
  readonly first: readonly LineFault[];
  readonly count: number;
}

function faultLines(path: string, { first, count }: Faults, updates: boolean): string[] {
  const unshown = count - first.length;
  return [
    ...first.map(({ line, message }) => `${path}:${String(line)}: ${message}`),
    ...(unshown > 0 ? [`${path}: more, which are not shown: ${String(unshown)}`] : []),
    `Nothing was ${updates ? "added or changed" : "added"}: ${counted(count, "fault")}`,
  ];
}

async function changeLines(incoming: Incoming): Promise<string[]> {
  const changes = await incoming.changes(mostShown);
  return changes.map(({ name, message }) => printable(`${name}: ${message}`));
}

async function insertAll(
  { database, queue }: Fleet,
  incoming: Incoming,
  { phase, count }: { readonly phase: Phase; readonly count: number },
): Promise<void> {
  await database.transaction(async (queries) => {
    await incoming.makeGroups(queries);
    if ((await incoming.insertNew(queries, phase)) < count)
      throw new InterimapError("USAGE", "somebody has added some of these accounts meanwhile; nothing was added");
    for (let after = 0; ;) {
      const part = await incoming.inserted(queries, { after, most: atOnce });
      if (part.length === 0) return;
      await queue.addAll(
        queries,
        part.map(({ id, ...rest }) => ({ account: id, ...rest, afterSeconds: 0 })),
      );
      after = part.at(-1)!.id;
    }
  });
}

/** A run that is on goes on as it was begun. The next one is as the account is then. */
async function changeAll({ database, queue }: Fleet, incoming: Incoming): Promise<void> {
  await incoming.makeGroups(database);
  for (let after: number | undefined = 0; after !== undefined;) {
    const last: number = after;
    after = await database.transaction(async (queries) => {
      const part = await incoming.change(queries, { after: last, most: atOnce });
      await queue.regroupAll(
        queries,
        part.map(({ id, ...rest }) => ({ account: id, ...rest })),
      );
      return part.at(-1)?.id;
    });
  }
}

async function* slicesOf<T>(values: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  let slice: T[] = [];
  for await (const value of values) {
    slice.push(value);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
