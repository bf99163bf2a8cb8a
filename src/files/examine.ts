// Checks who controls a file: owner and mode of the file, of every folder above it and of every link on the way. We
// read and write nothing that other users could have put there.

import { lstatSync, readFileSync, readlinkSync, type Stats, statSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { type ErrorCode, InterimapError } from "../model/errors.ts";
import { shellWord } from "../util/shell-word.ts";

/** What makes a file one that cannot be trusted. */
export interface Distrust {
  /** To be read after the path of what was examined: `belongs to another user`, `is in /srv, which others may write to`. */
  readonly problem: string;
  /** What to do, as an order. */
  readonly remedy: string;
  /** The folders and links are fine, but not the file itself. */
  readonly isFileItself: boolean;
}

export interface Examined {
  /** Without links: where the file really is, or would be made. */
  readonly path: string;
  /** Undefined when there is no such file. */
  readonly stats: Stats | undefined;
  /** One of this process's own descriptors, such as /dev/stderr: our caller chose what is behind it. */
  readonly isDescriptor: boolean;
  /** Others may make files beside it, although they cannot remove ours. */
  readonly isShared: boolean;
  readonly distrust: Distrust | undefined;
}

const descriptor = /^\/(?:dev\/(?:std(?:in|out|err)|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/** As many as the kernel follows, path_resolution(7). */
const maxLinks = 40;

/**
 * Goes from the root to the file as the kernel would. Links of this user and of root are followed, those of others are not.
 * `path` is absolute. A file that is not there is no reason for distrust.
 * @throws the system's error where a folder cannot be looked into
 */
export function examine(path: string): Examined {
  const rest = path.split("/").filter((name) => name !== "");
  let folder = "/";
  let isShared = false;
  let links = 0;
  const found = (at: string, stats: Stats | undefined, distrust?: Distrust): Examined => ({
    ...{ path: at, stats, isDescriptor: false, isShared },
    distrust: distrust ?? (stats && distrustOfFile(at, stats, isShared)),
  });
  for (;;) {
    const name = rest.shift();
    if (name === undefined) return found(folder, lstatSync(folder));
    if (name === ".") continue;
    if (name === "..") {
      folder = dirname(folder);
      continue;
    }
    const at = join(folder, name);
    if (descriptor.test(at)) {
      return { ...found(at, undefined), stats: statSync(at, { throwIfNoEntry: false }), isDescriptor: true };
    }
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return found(join(at, ...rest), undefined);
    if (stats.isSymbolicLink()) {
      const distrust = distrustOfLink(at, stats);
      if (distrust !== undefined || ++links > maxLinks) return found(at, stats, distrust);
      const target = readlinkSync(at);
      if (target.startsWith("/")) folder = "/";
      rest.unshift(...target.split("/").filter((part) => part !== ""));
      continue;
    }
    if (rest.length === 0) return found(at, stats);
    // The kernel's words for a file that is taken for a folder.
    if (!stats.isDirectory()) return found(at, statSync(join(at, ...rest)));
    const distrust = distrustOfFolder(at, stats);
    if (distrust !== undefined) return found(join(at, ...rest), undefined, distrust);
    isShared = mayBeWritten(stats);
    folder = at;
  }
}

/** As {@link examine}; undefined also where a folder cannot be looked into: whatever needs the file fails then. */
export function distrustOf(path: string): Distrust | undefined {
  try {
    return examine(path).distrust;
  } catch {
    return undefined;
  }
}

/** A folder in which anybody can replace anybody's files. */
export function isOpenToAll(folder: string): boolean {
  return (statSync(folder).mode & (0o002 | sticky)) === 0o002;
}

/** The error that says so; `what` begins the line and ends with the path. */
export function distrusted(code: ErrorCode, what: string, { problem, remedy }: Distrust): InterimapError {
  return new InterimapError(code, `${what} ${problem}`, { hint: remedy });
}

function distrustOfFile(path: string, stats: Stats, isShared: boolean): Distrust | undefined {
  const isFileItself = true;
  if (!isOurs(stats)) {
    return {
      problem: `belongs to another user (${stats.uid})`,
      remedy: `change its owner or remove it, or name another file`,
      isFileItself,
    };
  }
  // A device is written to by everybody, and a link has no mode.
  if (stats.isCharacterDevice() || stats.isSymbolicLink()) return undefined;
  if (mayBeWritten(stats)) {
    return {
      problem: `can be changed by others`,
      remedy: `check its contents, then run: chmod go-w ${shellWord(path)}`,
      isFileItself,
    };
  }
  // To a folder, each folder in it is a link.
  if (isShared && !stats.isDirectory() && stats.nlink > 1) {
    const problem = "has a second name (hard link), in a folder that others may write to";
    return { problem, remedy: "move it to a folder of your own", isFileItself };
  }
  return undefined;
}

function distrustOfLink(path: string, stats: Stats): Distrust | undefined {
  if (isOurs(stats) || isUnmapped(stats.uid)) return undefined;
  const problem = `is reached by the symbolic link ${path} of another user (${stats.uid})`;
  return { problem, remedy: "remove that, or name another place", isFileItself: false };
}

function distrustOfFolder(path: string, stats: Stats): Distrust | undefined {
  const isFileItself = false;
  if (!isOurs(stats) && !isUnmapped(stats.uid)) {
    const problem = `is in ${path}, which belongs to another user (${stats.uid})`;
    return { problem, remedy: "name a place of your own", isFileItself };
  }
  // With the sticky bit, others can add files, but not touch ours.
  if ((stats.mode & sticky) !== 0 || !mayBeWritten(stats)) return undefined;
  const remedy = stats.uid === me() ? `run: chmod go-w ${shellWord(path)}` : "name a place of your own";
  return { problem: `is in ${path}, which others may write to`, remedy, isFileItself };
}

const sticky = 0o1000;

function me(): number | undefined {
  return process.geteuid?.();
}

/** Root can do anything anyway. Where there are no users, nothing is somebody else's. */
function isOurs({ uid }: Stats): boolean {
  const user = me();
  return user === undefined || uid === user || uid === 0;
}

/** By others than the owner. Root knows whom its folders are open to; a group that has nobody else in it is no other. */
function mayBeWritten(stats: Stats): boolean {
  const { mode, gid, uid } = stats;
  if (me() === undefined) return false;
  if ((mode & 0o002) !== 0) return true;
  const isRootsFolder = stats.isDirectory() && uid === 0;
  return (mode & 0o020) !== 0 && !isRootsFolder && gid !== 0 && !isPrivateGroup(gid);
}

/** As pam_umask(8) has it, which lets users with a group of their own have the umask 0002: it has their number or name. */
function isPrivateGroup(gid: number): boolean {
  if (gid !== process.getegid?.()) return false;
  if (gid === me()) return true;
  try {
    const name = userInfo().username;
    return readFileSync("/etc/group", "utf8")
      .split("\n")
      .some((line) => line.startsWith(`${name}:`) && line.split(":")[2] === String(gid));
  } catch {
    return false;
  }
}

/**
 * In a user namespace, user_namespaces(7), a file of root's may seem to be nobody's: whoever has no number there, has that
 * one. It cannot be told from another stranger's; but the folders at the root of the file system can only be root's.
 */
function isUnmapped(uid: number): boolean {
  try {
    if (String(uid) !== readFileSync("/proc/sys/kernel/overflowuid", "utf8").trim()) return false;
    const ranges = readFileSync("/proc/self/uid_map", "utf8").trim().split("\n");
    return ranges.every((range) => {
      const [first = 0, , count = 0] = range.trim().split(/\s+/).map(Number);
      return uid < first || uid >= first + count;
    });
  } catch {
    return false;
  }
}
