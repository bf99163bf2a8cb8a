// The configuration file's octets, and who else may read them.

import { closeSync, fstatSync, openSync, readFileSync, type Stats } from "node:fs";
import { InterimapError } from "../model/errors.ts";

export interface ConfigFile {
  readonly octets: Buffer;
  readonly stats: Stats;
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EISDIR: "this is a directory",
  EACCES: "this user may not read the file",
};

/** Throws CONFIG_MISSING. */
export function readConfigFile(path: string): ConfigFile {
  try {
    const descriptor = openSync(path, "r");
    try {
      return { octets: readFileSync(descriptor), stats: fstatSync(descriptor) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const problem = problems[code] ?? `the file cannot be read (${code})`;
    throw new InterimapError("CONFIG_MISSING", `${path}: ${problem}; expected a configuration file`, {
      hint: "start from config.example.ini, or name another file with --config",
      cause: error,
    });
  }
}

/** A line to warn with when a file that holds a password is not this user's alone. */
export function exposure(path: string, stats: Stats, uid: number | undefined): string | undefined {
  // Pipes and the like (--config=/dev/stdin) vanish with their reader.
  if (!stats.isFile()) return undefined;
  if (uid !== undefined && stats.uid !== uid) {
    const repair = `chown ${uid} ${shellWord(path)} && chmod 600 ${shellWord(path)}`;
    return `${path}: holds a password but belongs to another user; run: ${repair}`;
  }
  if ((stats.mode & 0o044) === 0) return undefined;
  return `${path}: holds a password that other users can read; run: chmod 600 ${shellWord(path)}`;
}

function shellWord(text: string): string {
  return /^[\w./+:@%,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
