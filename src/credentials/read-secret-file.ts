// Reads a secret from a file, which must be for nobody but its owner.

import { closeSync, constants, readFileSync, readSync, type Stats } from "node:fs";
import { join, resolve } from "node:path";
import { examine } from "../files/examine.ts";
import { openExamined } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";
import type { SecretSource } from "../model/secret-source.ts";
import { shellWord } from "../util/shell-word.ts";
import { maxOctets } from "./first-line.ts";
import { secretFailed, type SecretPlace } from "./secret-failed.ts";

type SystemdCredential = Pick<Extract<SecretSource, { from: "credential" }>, "name" | "directory">;

/** @throws InterimapError CREDENTIALS */
export function readSecretFile(path: string, place: SecretPlace): Buffer {
  const absolute = resolve(path);
  const named = { ...place, name: `${place.name} (${path})` };
  return reading(named, () => {
    const file = examine(absolute);
    if (file.stats?.isDirectory() === true) throw unreadable(named, "it is a directory");
    if (file.distrust !== undefined) throw secretFailed(named, file.distrust.problem, file.distrust.remedy);
    if (file.stats !== undefined && isReadByOthers(file.stats)) {
      throw secretFailed(named, "can be read by other users", `run: chmod 600 ${shellWord(absolute)}`);
    }
    const descriptor = openExamined(file, constants.O_RDONLY);
    try {
      return readShort(descriptor, named);
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Reads what systemd put into $CREDENTIALS_DIRECTORY, systemd.exec(5). Who may read that is systemd's business.
 * @throws InterimapError CREDENTIALS
 */
export function readSystemdCredential({ name, directory }: SystemdCredential, place: SecretPlace): Buffer {
  const named = { ...place, name: `${place.name} (${name})` };
  if (directory === undefined || directory === "") {
    const hint = "start it as a service of systemd that has LoadCredential=, see interimap(1)";
    throw secretFailed(named, "cannot be read: CREDENTIALS_DIRECTORY is not set", hint);
  }
  return reading(named, () => readFileSync(join(directory, name)).subarray(0, maxOctets));
}

/** As ssh(1) has it for keys. Root knows whom its files are open to. */
function isReadByOthers(stats: Stats): boolean {
  return stats.isFile() && stats.uid === process.geteuid?.() && (stats.mode & 0o077) !== 0;
}

function readShort(descriptor: number, place: SecretPlace): Buffer {
  const octets = Buffer.alloc(maxOctets + 1);
  let length = 0;
  for (let count = -1; count !== 0 && length < octets.length; length += count) {
    count = readSync(descriptor, octets, length, octets.length - length, null);
  }
  if (length <= maxOctets) return octets.subarray(0, length);
  throw secretFailed(place, `has more than ${String(maxOctets >> 10)} KiB`, "its first line must be the secret");
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a directory",
};

function reading(place: SecretPlace, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? message : (reasons[code] ?? code);
    throw unreadable(place, reason);
  }
}

function unreadable(place: SecretPlace, reason: string): InterimapError {
  return secretFailed(place, `cannot be read: ${reason}`, `check the setting ${place.setting}`);
}
