// The file that says which process is at work, and where its log is: two lines as other programs read them, and a third of
// ours, which tells this process from a later one with its number.

import { closeSync, constants, fstatSync, readSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { distrusted, examine } from "../../files/examine.ts";
import { whileLocked } from "../../files/lock-file.ts";
import { makePrivateDirectory, openExamined } from "../../files/open-safely.ts";
import { replaceFile } from "../../files/replace-file.ts";
import { InterimapError } from "../../model/errors.ts";
import { isAlive, isPid, markOf, type ProcessMark } from "./running-process.ts";

/** Another run, as its pid file describes it. */
export interface OtherRun {
  readonly mark: ProcessMark;
  /** As it is written there; undefined for one without a log file. */
  readonly logPath: string | undefined;
}

export interface PidFile {
  readonly path: string;
  /** Removes it, unless it is another run's by now. */
  release(): Promise<void>;
}

/** Whose the pid file is now; or why it is nobody's: it cannot be written, or is not this user's. */
export type Taken = { readonly file: PidFile } | { readonly other: OtherRun } | { readonly problem: InterimapError };

export interface PidFileOptions {
  readonly path: string;
  readonly logPath: string | undefined;
  /** Gives way to another run that is alive. */
  readonly isLock: boolean;
}

/** Of several that take it as a lock at the same moment one gets it. Never throws. */
export async function takePidFile({ path: given, logPath, isLock }: PidFileOptions): Promise<Taken> {
  const path = resolve(given);
  try {
    makePrivateDirectory(dirname(path), { recursive: true });
    return await locked(path, () => {
      const other = isLock ? runningAt(path) : undefined;
      if (other !== undefined) return { other };
      requireOurs(path);
      const text = textFor(logPath);
      replaceFile(path, text, 0o600);
      return { file: { path, release: () => release(path, text) } };
    });
  } catch (error) {
    return { problem: pidFileError(path, error) };
  }
}

/**
 * The run that a pid file is about; undefined when there is none, or it has ended, or the file says nothing of the kind.
 * @throws InterimapError FILE_CREATE when it cannot be read, or others could have written it
 */
export function findOtherRun(given: string): OtherRun | undefined {
  const path = resolve(given);
  try {
    return runningAt(path);
  } catch (error) {
    throw pidFileError(path, error);
  }
}

/** A file that tells the run of a pid file to end. */
export function abortFileOf(pidFile: string, pid: number): string {
  return `${resolve(pidFile)}abort${pid}`;
}

function runningAt(path: string): OtherRun | undefined {
  const found = readSafely(path);
  if (found === undefined) return undefined;
  const [pid = "", logPath = "", birth] = found.text.split("\n");
  if (!isPid(pid.trim())) return undefined;
  const mark = { pid: Number(pid), birth: birthMark.exec(birth ?? "")?.[1] };
  if (mark.pid === process.pid || !isAlive(mark, found.writtenAt)) return undefined;
  return { mark, logPath: logPath === "" ? undefined : logPath };
}

const birthMark = /^started (\d+@\S+)$/;

function textFor(logPath: string | undefined): string {
  const { pid, birth } = markOf(process.pid);
  // Of a path with line breaks nobody could tell where it ends.
  const log = logPath === undefined || /[\r\n]/.test(logPath) ? "" : logPath;
  return [pid, log, ...(birth === undefined ? [] : [`started ${birth}`]), ""].join("\n");
}

/** Undefined without a file. */
function readSafely(path: string): { readonly text: string; readonly writtenAt: number } | undefined {
  const file = requireOurs(path);
  if (file.stats === undefined) return undefined;
  const fd = openExamined(file, constants.O_RDONLY);
  try {
    const octets = Buffer.alloc(maxOctets);
    const text = octets.toString("utf8", 0, readSync(fd, octets));
    return { text, writtenAt: fstatSync(fd).mtimeMs };
  } finally {
    closeSync(fd);
  }
}

const maxOctets = 16_384;

/** Its usual place is one where everybody may make files: a link there is not followed, nor is a stranger believed. */
function requireOurs(path: string): ReturnType<typeof examine> {
  const file = examine(path);
  if (file.distrust !== undefined) throw distrusted("FILE_CREATE", `the pid file ${path}`, file.distrust);
  return file;
}

async function release(path: string, text: string): Promise<void> {
  try {
    await locked(path, () => {
      if (readSafely(path)?.text === text) rmSync(path, { force: true });
    });
  } catch {
    // A file that stays behind says of itself that nobody is at work.
  }
}

function locked<T>(path: string, work: () => T): Promise<T> {
  const lock = `${path}.lock`;
  // Somebody else's would never go away.
  requireOurs(lock);
  return whileLocked(lock, () => Promise.resolve(work()));
}

function pidFileError(path: string, error: unknown): InterimapError {
  if (error instanceof InterimapError) return error;
  const reason = (error as Error).message.replace(/, (?:open|mkdir|lstat|stat|rename|unlink)\b.*$/s, "");
  return new InterimapError("FILE_CREATE", `the pid file ${path} cannot be used (${reason})`, {
    hint: "name another one with --pidfile",
    cause: error,
  });
}
