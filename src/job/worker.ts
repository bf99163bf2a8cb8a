// A process that does one job: it is sent to file descriptor 3, and what happens is said on the standard output.

import { createReadStream } from "node:fs";
import { Secrets } from "../log/secrets.ts";
import { interrupted } from "../model/errors.ts";
import type { Fence } from "../model/fence.ts";
import { speak } from "../model/vocabulary.ts";
import { boundedLines } from "./bounded-lines.ts";
import { type Engine, requireOwn } from "./engine.ts";
import type { JobSpec } from "./job-spec.ts";
import { LeaseClock, parseHeldUntil } from "./lease-clock.ts";
import { MessageOutput } from "./message-output.ts";
import { modestProcess } from "./own-process.ts";
import { mostSpecOctets, parseSpec } from "./parse-spec.ts";

export interface WorkerSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly onSignal: (name: NodeJS.Signals, handler: () => void) => void;
  /** Called at once. What it is given says of an error that nobody caught what it is, and returns the exit code. */
  readonly onCrash: (explain: (thrown: unknown) => string) => void;
  /** Ends the process in the middle of what it does, for a reason that may pass. */
  readonly leave: (why: string) => void;
}

const specDescriptor = 3;
/** How long a run may take to end that nobody hears. */
const unheardMs = 30_000;

/** Returns the exit code. @throws Error without a descriptor to read from, TypeError for what is no job, and what is a defect of the program */
export async function work<Spec extends JobSpec>(
  engine: Engine<Spec>,
  { env, onSignal, onCrash, leave }: WorkerSurroundings,
): Promise<number> {
  modestProcess();
  const secrets = new Secrets();
  onCrash((thrown) => secrets.blank(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)));
  speak(engine.vocabulary);
  const stop = new AbortController();
  onSignal("SIGTERM", () => {
    stop.abort("The job was aborted.");
  });
  // What interrupts a server at its terminal reaches its jobs as well. They are told by the server.
  for (const signal of ["SIGINT", "SIGHUP"] as const) onSignal(signal, () => undefined);
  const unheard = (): void => {
    stop.abort("Whoever started this job is gone.");
    setTimeout(() => {
      leave("whoever started this job is gone");
    }, unheardMs).unref();
  };
  const spec = requireOwn(parseSpec(await readAll(specDescriptor)), engine);
  const lease =
    spec.heldUntil === undefined
      ? undefined
      : new LeaseClock({
          heldUntil: spec.heldUntil,
          onOver: () => stop.abort("The lease of this job is over."),
          leave: () => {
            leave("its lease was not renewed in time");
          },
        });
  void hearParent((line) => lease?.renew(parseHeldUntil(JSON.parse(line)))).finally(unheard);
  const output = new MessageOutput({ onLoss: unheard });
  const fence: Fence | undefined =
    lease &&
    (() => {
      lease.look();
      return lease.isOver ? interrupted() : undefined;
    });
  try {
    const result = await engine.perform(spec, { output, stop: stop.signal, env, secrets, fence });
    output.send({ type: "ended", ...result });
    await output.end();
    return result.exitCode;
  } finally {
    lease?.stop();
    process.stdin.destroy();
  }
}

async function readAll(descriptor: number): Promise<string> {
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of createReadStream("", { fd: descriptor }) as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > mostSpecOctets) throw new TypeError("the job is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}

const mostLineOctets = 1024;

/** The standard input ends with the process at its other end. All that comes there is how long a lease is held now. */
async function hearParent(onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of boundedLines(process.stdin, mostLineOctets)) onLine(line);
  } catch {
    // Whoever says something else is not to be relied on.
  }
}
