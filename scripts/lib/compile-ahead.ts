// Has V8 compile what a usual run of a program uses: it lets such a run take place, between two small servers in memory.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Writable } from "node:stream";
import { build } from "esbuild";
import type { JobSpec } from "../../src/job/job-spec.ts";
import { type PerSide, perSide, sides } from "../../src/model/side.ts";
import { MemoryConnection } from "../../test/support/memory/connection.ts";
import { letter, MemoryStore } from "../../test/support/memory/store.ts";
import type { ProgramSource } from "./bundle-program.ts";
import { forNode } from "./esbuild-options.ts";
import { usualRuns } from "./usual-runs.ts";

const mailboxes = ["INBOX", "Sent", "Archive"];

/** For the launchers to read. A program that cannot run will start a little later, which is no reason to have no program. */
export async function compileAhead(programs: readonly ProgramSource[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "interimap-build-"));
  try {
    const recorder = join(directory, "record.cjs");
    await build({ ...forNode, format: "cjs", entryPoints: ["scripts/lib/record-compiled.ts"], outfile: recorder });
    await Promise.all(programs.map((program) => compileIfItRuns(program, recorder)));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function compileIfItRuns(program: ProgramSource, recorder: string): Promise<void> {
  const { name, compiled } = program;
  if (compiled === undefined) return;
  try {
    await compileTo(compiled, program, recorder);
  } catch (error) {
    rmSync(compiled, { force: true });
    console.warn(`${name} is not compiled ahead: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function compileTo(file: string, { name, main }: ProgramSource, recorder: string): Promise<void> {
  const usualRun = usualRuns.get(name);
  if (usualRun === undefined) throw new Error(`nobody knows what a usual run of ${name} is`);
  const directory = mkdtempSync(join(dirname(recorder), `${name}-`));
  const stores = perSide(() => new MemoryStore("Sent", "Archive"));
  const servers = perSide((side) => serve(stores[side]));
  try {
    await Promise.all(sides.map((side) => once(servers[side].listen(0, "127.0.0.1"), "listening")));
    const ports = perSide((side) => (servers[side].address() as AddressInfo).port);
    const { args, job } = usualRun(directory, ports);
    const perform = (output: string): Promise<void> =>
      run([recorder, resolve(main), resolve(output), ...args], { directory, job });
    populate(stores);
    await perform(join(directory, "first"));
    change(stores);
    await perform(`${file}.new`);
    renameSync(`${file}.new`, file);
  } finally {
    for (const side of sides) servers[side].close();
  }
}

interface Surroundings {
  readonly directory: string;
  readonly job: JobSpec | undefined;
}

/** @throws Error with all that it said, if it fails */
async function run(args: readonly string[], { directory, job }: Surroundings): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: directory, XDG_RUNTIME_DIR: directory };
  // The standard input stays open: without it, nobody would wait for a job.
  const child = spawn(process.execPath, args, { env, cwd: directory, stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (octets: Buffer) => said.push(octets));
  (child.stdio[3] as Writable).on("error", () => undefined).end(job === undefined ? "" : JSON.stringify(job));
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`its usual run ended with ${String(status)}: ${String(Buffer.concat(said))}`);
}

function serve(store: MemoryStore): Server {
  return createServer((socket) => {
    new MemoryConnection(socket, { store });
  });
}

function populate(stores: PerSide<MemoryStore>): void {
  for (const side of sides)
    for (const name of mailboxes)
      for (let i = 0; i < 20; i++) stores[side].named(name)!.add(letter(`${side}-${name}-${String(i)}`));
}

/** A little of everything: new messages, flags, deletions. */
function change(stores: PerSide<MemoryStore>): void {
  for (const side of sides)
    for (const name of mailboxes) {
      const mailbox = stores[side].named(name)!;
      const [first, second] = [...mailbox.messages.values()].slice(side === "local" ? 0 : 2);
      mailbox.setFlags(first!, ["\\Seen"]);
      mailbox.remove(second!.uid);
      mailbox.add(letter(`${side}-${name}-new`));
    }
}
