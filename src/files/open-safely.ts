// Opens and creates files without following other users' links, and with the intended modes whatever the umask.

import { closeSync, constants, fchmodSync, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileKind } from "../model/file-kind.ts";
import type { Examined } from "./examine.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NOCTTY, O_NONBLOCK } = constants;

/** For its owner only. Throws EEXIST when there is anything of that name. */
export function createPrivately(path: string, flags: number): number {
  return create(path, flags, 0o600);
}

/** Throws EEXIST when there is anything of that name. */
export function create(path: string, flags: number, mode: number): number {
  const fd = openSync(path, flags | O_CREAT | O_EXCL, mode);
  try {
    fchmodSync(fd, mode);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * Opens what was examined, and nothing that took its place since: a file, a device for characters, or whatever is behind one of our
 * own descriptors. To open a pipe of another name would be to wait for its other end.
 */
export function openExamined({ path, stats, isDescriptor }: Examined, flags: number): number {
  if (isDescriptor) return openSync(path, flags);
  const isDevice = stats?.isCharacterDevice() === true;
  const isOdd = stats !== undefined && !stats.isFile() && !isDevice && !stats.isSymbolicLink();
  if (isOdd) throw new Error(`it is ${fileKind(stats)}`);
  const fd = openSync(path, flags | O_NOFOLLOW | O_NOCTTY | (isDevice ? 0 : O_NONBLOCK));
  if (stats === undefined) return fd;
  const now = fstatSync(fd);
  if (now.dev === stats.dev && now.ino === stats.ino) return fd;
  closeSync(fd);
  throw new Error("it was replaced by another file a moment ago");
}

/** Makes what is missing of the path, for this user only (0700). */
export function makePrivateDirectory(path: string, { recursive }: { readonly recursive: boolean }): void {
  withUmask(0o077, () => {
    if (recursive) makeAll(path);
    else mkdirSync(path, { mode: 0o700 });
  });
}

/** Node's own way to do this has no end where a folder can neither be made nor is there, as in /proc. */
function makeAll(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const parent = dirname(path);
  if (parent !== path) makeAll(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

/** Of nothing else: `work` does not wait. */
export function withUmask<T>(umask: number, work: () => T): T {
  const before = process.umask(umask);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}
