// Asks a program for a secret: what it prints is for us alone, and never part of a line.

import { setTimeout as pause } from "node:timers/promises";
import { programName } from "../util/command-line.ts";
import { duration } from "../util/duration.ts";
import { abortion } from "../util/unless-aborted.ts";
import { AskedProgram, type ProgramEnd } from "./asked-program.ts";
import { maxOctets } from "./first-line.ts";
import { secretFailed, type SecretPlace } from "./secret-failed.ts";

export interface CommandRequest {
  readonly command: string;
  readonly place: SecretPlace;
  /** It may put questions to the terminal. */
  readonly mayAsk: boolean;
  readonly signal?: AbortSignal | undefined;
  /** 60 s unless told. */
  readonly limitMs?: number | undefined;
}

const defaultLimitMs = 60_000;
/** A Ctrl-C on the terminal is for both of us, and ours may be heard later. */
const hearingMs = 1_000;

/**
 * What the command prints.
 * @throws InterimapError CREDENTIALS, or the signal's reason; then the program and those that it started are ended.
 */
export async function askCommand(request: CommandRequest): Promise<Buffer> {
  const { command, place, mayAsk, signal, limitMs = defaultLimitMs } = request;
  signal?.throwIfAborted();
  const program = await AskedProgram.start(command, mayAsk).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "failed";
    const reason = { ENOENT: "not found", EACCES: "not executable" }[code] ?? code;
    throw secretFailed(withProgram(request), `cannot be started: ${reason}`, `check the setting ${place.setting}`);
  });
  const settled = new AbortController();
  try {
    const end = await Promise.race([
      program.exited,
      program.printedTooMuch.then(() => "too much" as const),
      pause(limitMs, "too long" as const, { signal: settled.signal }),
      abortion(signal, settled.signal),
    ]);
    if (wasInterrupted(end)) {
      await Promise.race([abortion(signal, settled.signal), pause(hearingMs, undefined, { signal: settled.signal })]);
    }
    if (typeof end === "object" && end.status === 0) return await program.output();
    throw failure(request, end, limitMs);
  } catch (error) {
    program.end();
    throw error;
  } finally {
    settled.abort();
  }
}

function wasInterrupted(end: ProgramEnd | string): boolean {
  return typeof end === "object" && (end.killer === "SIGINT" || end.status === 130);
}

function failure(request: CommandRequest, end: ProgramEnd | "too much" | "too long", limitMs: number): Error {
  const place = withProgram(request);
  if (end === "too long")
    return secretFailed(place, `did not end within ${duration(limitMs)}`, "see what it waits for");
  if (end === "too much") {
    return secretFailed(place, `printed more than ${String(maxOctets >> 10)} KiB`, "its first line must be the secret");
  }
  const { status, killer } = end;
  const meaning = status === 127 ? ", as a shell does that does not find a command" : "";
  const problem = killer === null ? `exited with status ${String(status)}${meaning}` : `was killed by ${killer}`;
  return secretFailed(place, problem, "run it by hand to see why");
}

function withProgram({ command, place }: CommandRequest): SecretPlace {
  const program = programName(command);
  // Of a line of a shell, it may be anything.
  return program === undefined || !/^[\w./+-]+$/.test(program)
    ? place
    : { ...place, name: `${place.name} (${program})` };
}
