// Reads the configuration file's octets, and checks who else may read them.

import { closeSync, constants, existsSync, fstatSync, readSync, type Stats } from "node:fs";
import { fileURLToPath } from "node:url";
import { distrusted, examine } from "../files/examine.ts";
import { openExamined } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";
import { fileKind } from "../model/file-kind.ts";
import { printable } from "../util/printable.ts";
import { shellWord } from "../util/shell-word.ts";

export interface ConfigFile {
  readonly octets: Buffer;
  readonly stats: Stats;
}

const problems: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "this user may not read the file",
};

/** Where one comes from that is not there. */
export interface Origin {
  /** The name of a file to start from. */
  readonly example: string;
  /** A command that makes one. */
  readonly maker?: string;
  /** Names of others that are there, for --config. */
  readonly others?: () => readonly string[];
}

/** Throws CONFIG_MISSING, or CONFIG_UNSAFE: it may name commands, and others must not choose them. */
export function readConfigFile(path: string, origin: Origin): ConfigFile {
  try {
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("CONFIG_UNSAFE", path, file.distrust);
    // Our caller may have opened a pipe for us: --config=/dev/stdin, or a shell's <(...).
    const { stats, isDescriptor } = file;
    const isOdd = stats !== undefined && !stats.isFile() && !stats.isSymbolicLink();
    if (isOdd && !isDescriptor) throw unreadable({ path, ...origin }, `this is ${fileKind(stats)}`);
    const descriptor = openExamined(file, constants.O_RDONLY);
    try {
      const octets = readUpTo(descriptor, maxOctets + 1);
      if (octets.length > maxOctets)
        throw unreadable({ path, ...origin }, `it has more than ${String(maxOctets >> 20)} MiB`);
      return { octets, stats: fstatSync(descriptor) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw unreadable({ path, ...origin }, problems[code] ?? `the file cannot be read (${code})`, error);
  }
}

function unreadable(
  { path, example, maker, others = () => [] }: Origin & { readonly path: string },
  problem: string,
  cause?: unknown,
): InterimapError {
  return new InterimapError("CONFIG_MISSING", `${path}: ${problem}; expected a configuration file`, {
    hint: `${maker === undefined ? "" : `make one with ${maker}, or `}start from ${placeOf(example)}, or ${whichOthers(others())}`,
    cause,
  });
}

const mostNamed = 5;

function whichOthers(names: readonly string[]): string {
  if (names.length === 0) return "name another file with --config";
  const some = names.slice(0, mostNamed).map((name) => `--config=${shellWord(printable(name))}`);
  return `take one that is there: ${some.join(", ")}${names.length > mostNamed ? " ..." : ""}, or --all of them`;
}

/** From dist/ and from src/config/. */
const places = ["..", "../.."];

/** Where it was installed. */
function placeOf(example: string): string {
  const candidates = places.map((path) => fileURLToPath(new URL(`${path}/${example}`, import.meta.url)));
  return candidates.find((path) => existsSync(path)) ?? example;
}

/** Far more than there are settings for. */
const maxOctets = 16 << 20;

/** Some files have no end, and tell no size: /dev/zero. */
function readUpTo(descriptor: number, limit: number): Buffer {
  const pieces: Buffer[] = [];
  for (let left = limit; left > 0;) {
    const piece = Buffer.allocUnsafe(Math.min(left, 1 << 16));
    const count = readSync(descriptor, piece, 0, piece.length, null);
    if (count === 0) break;
    pieces.push(piece.subarray(0, count));
    left -= count;
  }
  return Buffer.concat(pieces);
}

/** A line to warn with when others can read a file that holds a password. Root's file is for the group that root gave it. */
export function exposure(path: string, stats: Stats, uid: number | undefined): string | undefined {
  // Pipes and the like (--config=/dev/stdin) vanish with their reader.
  if (!stats.isFile()) return undefined;
  if ((stats.mode & (stats.uid === uid ? 0o044 : 0o004)) === 0) return undefined;
  return `${path}: holds a password that other users can read; run: chmod ${stats.uid === uid ? "600" : "o-r"} ${shellWord(path)}`;
}
