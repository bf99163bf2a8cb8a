// An account as somebody wrote it, column by column, and what it means.

import type { KeyObject } from "node:crypto";
import { rawWords, unquoted } from "../../util/shell/shell-line.ts";
import { shellWord } from "../../util/shell-word.ts";
import { parseReference, type SecretReference } from "../secrets/reference.ts";
import { seal } from "../secrets/seal.ts";
import { type Account, type AccountHost, engines } from "./account.ts";
import { parseWindow, windowText } from "./daily-window.ts";

/** What a file may say of an account; `password1` is in the clear and gets sealed, `secret1` says where the secret is. */
export const columns = [
  ...["name", "host1", "port1", "user1", "password1", "secret1"],
  ...["host2", "port2", "user2", "password2", "secret2"],
  ...["engine", "options", "group", "priority", "window", "every"],
] as const;

export type Column = (typeof columns)[number];

export type AccountRecord = Partial<Readonly<Record<Column, string>>>;

export interface Reading {
  readonly account: Account;
  readonly faults: readonly string[];
}

const longestName = 200;
const mostPriority = 1_000;
/** Of pairs that are kept in step. */
const usualRhythmSeconds = 300;

export interface RecordOptions {
  /** Undefined: there is no key. */
  readonly sealing: KeyObject | undefined;
  /** What columns say that are not there, and what passwords are where none is written. */
  readonly stored?: Account | undefined;
}

/** What the account is called, if the file gives it no name. */
export function nameIn({ name = "", user1 = "", host1 = "" }: AccountRecord): string {
  return name.trim() === "" ? `${user1.trim()}@${host1.trim()}` : name.trim();
}

/** A wrong value is a fault, and something harmless stands in its place. */
export function accountOf(written: AccountRecord, { sealing, stored }: RecordOptions): Reading {
  const record = stored === undefined ? written : { ...recordOf(stored), ...written };
  const faults: string[] = [];
  const text = (column: Column): string => record[column]?.trim() ?? "";
  const fault = (message: string): undefined => void faults.push(message);
  const whole = (column: Column, [least, most]: readonly [number, number]): number | undefined => {
    const written = text(column);
    if (written === "") return undefined;
    const number = /^-?\d{1,9}$/.test(written) ? Number(written) : NaN;
    return number >= least && number <= most
      ? number
      : fault(`${column}: "${written}" is no whole number from ${String(least)} to ${String(most)}`);
  };
  const hostOf = (number: 1 | 2): AccountHost => {
    const [host, user] = [text(`host${number}`), text(`user${number}`)];
    if (host === "") fault(`host${number} is missing`);
    else if (/^[^:]*:[^:]*$/.test(host)) fault(`host${number}: a port belongs into the column port${number}`);
    // Where columns are shifted, a password may stand there.
    else if (/[\s/;,@]/.test(host)) fault(`host${number} is no name of a server`);
    if (user === "") fault(`user${number} is missing`);
    const port = whole(`port${number}`, [1, 65_535]);
    const purpose = { host, port, user };
    return { ...purpose, secret: secretOf(number, purpose) };
  };
  const secretOf = (number: 1 | 2, purpose: Omit<AccountHost, "secret">): SecretReference => {
    const [password, written] = [record[`password${number}`] ?? "", text(`secret${number}`)];
    const none = { from: "file", path: "/nonexistent" } as const;
    if (password !== "" && written !== "") fault(`password${number} and secret${number} are both there`);
    else if (written !== "") {
      const reference = parseReference(written);
      if (reference !== undefined) return reference;
      // Somebody may have written the password there.
      fault(`secret${number} begins with none of file:/, credential: and command:`);
    } else if (password === "" && stored !== undefined) return keptSecret(number, purpose, stored.hosts[number - 1]!);
    else if (password === "") fault(`password${number} is missing`);
    else if (sealing !== undefined) return { from: "sealed", sealed: seal(password, sealing, purpose) };
    else fault(`password${number} cannot be sealed: there is no key yet; make one with: interimap-fleet keys new FILE`);
    return none;
  };
  const keptSecret = (number: 1 | 2, purpose: Omit<AccountHost, "secret">, before: AccountHost): SecretReference => {
    const isSame = purpose.host.toLowerCase() === before.host.toLowerCase() && purpose.port === before.port;
    if (before.secret.from === "sealed" && !(isSame && purpose.user === before.user))
      fault(`password${number} is missing: the one in the fleet is sealed for another server, port or user`);
    return before.secret;
  };
  for (const column of columns)
    if (unprintable(column).test(text(column))) fault(`${column}: it has a character that cannot be printed`);
  const name = nameIn(record);
  if (name.length > longestName) fault(`name: it has more than ${String(longestName)} characters`);
  if (/\s/.test(text("group"))) fault("group: it has a blank in it");
  const window = text("window") === "" ? undefined : parseWindow(text("window"));
  if (window === undefined && text("window") !== "")
    fault(`window: "${text("window")}" is not written like 22:00-06:00`);
  const engine = text("engine") === "" ? "copy" : engines.find((one) => one === text("engine"));
  if (engine === undefined) fault(`engine: "${text("engine")}" is neither ${engines.join(" nor ")}`);
  const every = text("every") === "" ? undefined : secondsOf(text("every"));
  if (every === undefined && text("every") !== "")
    fault(`every: "${text("every")}" is not written like 5m, 4h or 1d, at least a minute`);
  const account: Account = {
    name,
    hosts: [hostOf(1), hostOf(2)],
    engine: engine ?? "copy",
    options: rawWords(text("options"))
      .map(unquoted)
      .filter((word) => word !== ""),
    group: text("group") === "" ? undefined : text("group"),
    priority: whole("priority", [-mostPriority, mostPriority]) ?? 0,
    window,
    everySeconds: every ?? (engine === "sync" ? usualRhythmSeconds : undefined),
  };
  return { account, faults };
}

/** A password may have any; options may stand on several lines. */
function unprintable(column: Column): RegExp {
  if (column.startsWith("password")) return /[]/;
  return column === "options" ? /(?![\t\n\r])\p{Cc}/u : /\p{Cc}/u;
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const leastSeconds = 60;

function secondsOf(text: string): number | undefined {
  const [, number, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (units[unit] ?? NaN);
  return seconds >= leastSeconds ? seconds : undefined;
}

/** All but its secrets, as it would be written. */
export function recordOf({
  name,
  hosts,
  engine,
  options,
  group,
  priority,
  window,
  everySeconds,
}: Account): AccountRecord {
  const [one, two] = hosts;
  return {
    ...{ name, engine, options: options.map(shellWord).join(" "), group: group ?? "", priority: String(priority) },
    ...{ host1: one.host, port1: String(one.port ?? ""), user1: one.user },
    ...{ host2: two.host, port2: String(two.port ?? ""), user2: two.user },
    window: window === undefined ? "" : windowText(window),
    every: everySeconds === undefined ? "" : `${String(everySeconds)}s`,
  };
}
