// The configuration file's octets, and who else may read them.

import { closeSync, constants, fstatSync, readFileSync, type Stats } from "node:fs";
import { distrusted, examine, shellWord } from "../files/examine.ts";
import { openExamined } from "../files/open-safely.ts";
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

/** Throws CONFIG_MISSING, or CONFIG_UNSAFE: it may name commands, and others must not choose them. */
export function readConfigFile(path: string): ConfigFile {
  try {
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("CONFIG_UNSAFE", path, file.distrust);
    const descriptor = openExamined(file, constants.O_RDONLY);
    try {
      return { octets: readFileSync(descriptor), stats: fstatSync(descriptor) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const problem = problems[code] ?? `the file cannot be read (${code})`;
    throw new InterimapError("CONFIG_MISSING", `${path}: ${problem}; expected a configuration file`, {
      hint: "start from config.example.ini, or name another file with --config",
      cause: error,
    });
  }
}

/** A line to warn with when others can read a file that holds a password. Root's file is for the group that root gave it. */
export function exposure(path: string, stats: Stats, uid: number | undefined): string | undefined {
  // Pipes and the like (--config=/dev/stdin) vanish with their reader.
  if (!stats.isFile()) return undefined;
  if ((stats.mode & (stats.uid === uid ? 0o044 : 0o004)) === 0) return undefined;
  return `${path}: holds a password that other users can read; run: chmod ${stats.uid === uid ? "600" : "o-r"} ${shellWord(path)}`;
}
