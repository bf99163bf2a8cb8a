// The accounts that a directory has: its files that are configurations. Passwords, keys and copies that editors and packages
// leave behind may lie beside them.

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { InterimapError } from "../model/errors.ts";
import { printable } from "../util/printable.ts";

export interface ConfigurationFile {
  /** As `interimap@NAME` and --config have it. */
  readonly name: string;
  /** Absolute, if the directory is. */
  readonly file: string;
}

/** Copies and leftovers, and what somebody has put aside. */
const leftover =
  /^[.#]|~$|[.](?:bak|backup|old|orig|save|rej|new|tmp|swp|disabled|off|example|sample|(?:dpkg|rpm|ucf)[\w-]*)$/i;

/** What makes a configuration of a text, even of one that has mistakes. */
const section = /^[\t\v\f ]*\[[\t ]*(?:local|remote)[\t ]*\]/m;

const maxOctets = 16 << 20;

/** `config` first, then by name. A file that has two names, by a link, counts once. @throws InterimapError CONFIG_MISSING */
export function findConfigurations(directory: string): readonly ConfigurationFile[] {
  const names = entriesOf(directory).filter((name) => !leftover.test(name));
  const known = new Set<string>();
  return names.sort(inOrder).flatMap((name) => {
    const file = join(directory, name);
    const isNew = isConfiguration(file) && !known.has(realpathSync(file));
    if (isNew) known.add(realpathSync(file));
    return isNew ? [{ name, file }] : [];
  });
}

function inOrder(a: string, b: string): number {
  if ((a === "config") !== (b === "config")) return a === "config" ? -1 : 1;
  return a < b ? -1 : 1;
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { code = "?" } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such directory" : `it cannot be read as a directory (${code})`;
    throw new InterimapError("CONFIG_MISSING", `${printable(directory)}: ${reason}; expected configurations in it`, {
      hint: "make one with interimap init",
      cause: error,
    });
  }
}

/** One that cannot be read may be one: whoever runs it is told so. */
function isConfiguration(file: string): boolean {
  try {
    const stats = statSync(file);
    if (!stats.isFile() || stats.size > maxOctets) return false;
  } catch {
    return false;
  }
  try {
    return section.test(readFileSync(file, "latin1").replace(/\r/g, "\n"));
  } catch {
    return true;
  }
}
