// Many people move small accounts at once: what it costs, whether limits hold, and whether the page still answers.

import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { JobStatus } from "../../src/web/api.ts";
import { ask } from "./http-request.ts";
import type { ImapsyncWeb } from "./imapsync-web.ts";
import { asUser, type MailServer } from "./mail-server.ts";
import { populate } from "./mail-store.ts";
import { familyOf } from "./processes.ts";
import { diffSnapshots, snapshot } from "./snapshot.ts";
import { sixValues, WebClient } from "./web-client.ts";

export interface LoadOptions {
  readonly web: ImapsyncWeb;
  readonly source: MailServer;
  readonly destination: MailServer;
  readonly migrations: number;
}

export interface LoadFigures {
  /** Of all accounts together. */
  readonly messages: number;
  /** From the first start to the last end. */
  readonly seconds: number;
  /** How the jobs ended that did not end well. */
  readonly failures: readonly string[];
  /** What differs between two accounts. */
  readonly differences: readonly string[];
  /** Processes of jobs at the same time, as the system counts them. */
  readonly mostWorkers: number;
  /** Of a request, in ms, while jobs ran; sorted. */
  readonly answers: readonly number[];
  /** The most memory that the server held, and a worker, in MB. */
  readonly serverMegabytes: number;
  readonly workerMegabytes: number;
}

const [fewest, most] = [20, 50];

/** How many messages the account with this number has. */
function messagesOf(number: number): number {
  return fewest + ((number * 7) % (most - fewest + 1));
}

export async function fillAccounts({ source, migrations }: LoadOptions): Promise<void> {
  for (let i = 0; i < migrations; i++) {
    await populate(asUser(source, `load${String(i)}`), { seed: i, mailboxes: 5, messages: messagesOf(i) });
  }
}

/** The accounts are filled. */
export async function underLoad(options: LoadOptions): Promise<LoadFigures> {
  const { web, source, destination, migrations } = options;
  const numbers = Array.from({ length: migrations }, (_, i) => i);
  const isOver = new AbortController();
  const watching = watchProcesses(web, isOver.signal);
  const asking = askRepeatedly(web, isOver.signal);
  const started = performance.now();
  const ends = await Promise.all(
    numbers.map(async (i) => {
      const name = `load${String(i)}`;
      const client = new WebClient(web);
      const { id } = await client.start(sixValues(asUser(source, name), asUser(destination, name)));
      const { state, result } = await endOf(client, id);
      return state === "done" ? [] : [`${name}: ${state}, ${result?.sentence ?? ""}`];
    }),
  ).finally(() => isOver.abort());
  const seconds = (performance.now() - started) / 1000;
  const [processes, answers] = [await watching, await asking];
  // Folders without messages are not copied.
  const differences = [];
  for (const i of numbers) {
    const [from, to] = [source, destination].map((server) => asUser(server, `load${String(i)}`));
    const found = diffSnapshots(await snapshot(from!), await snapshot(to!));
    differences.push(...found.filter((line) => !/subscribed only in|only in a \(0 messages\)/.test(line)));
  }
  const messages = numbers.reduce((sum, i) => sum + messagesOf(i), 0);
  return { messages, seconds, failures: ends.flat(), differences, ...processes, answers };
}

/** However long the queue before it is. */
async function endOf(client: WebClient, id: string): Promise<JobStatus> {
  for (;;) {
    const status = await client.status(id);
    if (status.state !== "queued" && status.state !== "running") return status;
    await pause(300);
  }
}

type Processes = Pick<LoadFigures, "mostWorkers" | "serverMegabytes" | "workerMegabytes">;

async function watchProcesses({ pid }: ImapsyncWeb, over: AbortSignal): Promise<Processes> {
  let [mostWorkers, serverMegabytes, workerMegabytes] = [0, 0, 0];
  while (!over.aborted) {
    const workers = familyOf(pid).filter((one) => one !== pid);
    mostWorkers = Math.max(mostWorkers, workers.length);
    serverMegabytes = Math.max(serverMegabytes, megabytesOf(pid));
    workerMegabytes = Math.max(workerMegabytes, ...workers.map(megabytesOf));
    await pause(50);
  }
  return { mostWorkers, serverMegabytes, workerMegabytes };
}

/** Resident; 0 of a process that has ended. */
function megabytesOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function askRepeatedly({ address }: ImapsyncWeb, over: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  while (!over.aborted) {
    const begun = performance.now();
    const { status } = await ask(address, "/");
    if (status !== 200) throw new Error(`the page answers with ${String(status)}`);
    times.push(performance.now() - begun);
    await pause(20);
  }
  return times.sort((a, b) => a - b);
}
