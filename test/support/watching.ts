// A daemon at work on two stores: started after a first run, watched through its own status socket, and ended in order.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { statusSocket } from "../../src/config/directories.ts";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import type { DaemonStatus, StatusDocument } from "../../src/service/status-document.ts";
import { askStatus } from "../../src/service/status-socket.ts";
import { type Dump, dump } from "../unit/state/databases.ts";
import { becomes, eventually } from "./eventually.ts";
import type { MailServer } from "./mail-server.ts";
import type { InterimapHome, RunningInterimap, RunOptions, RunResult } from "./run-interimap.ts";
import { homeEnvironment, startInterimap } from "./run-interimap.ts";
import { diffSnapshots, snapshot } from "./snapshot.ts";
import { type SynchronisedOptions, synchronisedStores } from "./synchronised-stores.ts";
import type { TwoStores } from "./two-stores.ts";

export { becomes, eventually };

export interface Daemon extends RunningInterimap {
  /** Lines of its error output that match, so far. */
  said(pattern: RegExp): string[];
  /** Resolves when so many lines match. */
  says(pattern: RegExp, count: number): Promise<void>;
  /** Undefined while it has no socket. */
  status(): Promise<StatusDocument | undefined>;
  /** Resolves with what it says of itself when that fulfils the condition. */
  state(isReached: (state: DaemonStatus) => boolean, what?: string): Promise<DaemonStatus>;
  /** Resolves when it has looked at everything so often, or more often, and has nothing more to do. */
  waits(looks?: number): Promise<DaemonStatus>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM; asserts that it ends well. */
  stop(): Promise<RunResult>;
}

export interface WatchedStores extends TwoStores {
  readonly daemon: Daemon;
  /** What the run before it recorded: while it lives nobody else can read the database. */
  readonly recorded: Dump;
}

export interface WatchingOptions extends SynchronisedOptions, RunOptions {
  readonly args?: readonly string[];
  /** Called between the first run and the daemon, e.g. to set traps. */
  readonly beforeDaemon?: (stores: TwoStores) => void;
}

/** Resolves when both sides hold the same. */
export function becomeIdentical({ local, remote }: PerSide<MailServer>): Promise<void> {
  return becomes(async () => diffSnapshots(await snapshot(local), await snapshot(remote)), []);
}

/** Synchronises once, then starts the daemon, --notify unless told; it is waiting for news when this resolves. */
export async function startWatching(
  t: Pick<TestContext, "after">,
  servers: PerSide<MailServer>,
  { args = ["--notify"], prepare, beforeDaemon, ...options }: WatchingOptions = {},
): Promise<WatchedStores> {
  const stores = await synchronisedStores(t, servers, { prepare, ...options });
  for (const side of sides) stores.proxies[side].reset();
  beforeDaemon?.(stores);
  const recorded = dump(stores.home.databaseFile);
  const daemon = startDaemon(t, stores.home, {
    args: args,
    ...options,
  });
  await daemon.waits();
  return { ...stores, daemon, recorded };
}

/** Resolves when the daemon has asked both servers for a sign of life so often, and got it. */
export async function keepsAlive({ proxies }: TwoStores, times: number): Promise<void> {
  const count = (side: Side): number =>
    proxies[side].serverLines.filter((line) => /^\S+ OK (?:STATUS|NOOP)/i.test(line)).length;
  const before = perSide(count);
  await eventually("signs of life", () => sides.every((side) => count(side) >= before[side] + times));
}

/** Starts the command in a home that has its database already. */
export function startDaemon(
  t: Pick<TestContext, "after">,
  home: InterimapHome,
  { args = ["--notify"], ...options }: RunOptions & { readonly args?: readonly string[] } = {},
): Daemon {
  const run = startInterimap(home, args, options);
  t.after(() => run.child.kill("SIGKILL"));
  let output = "";
  run.child.stderr?.on("data", (text: string) => (output += text));
  const said = (pattern: RegExp): string[] => output.split("\n").filter((line) => pattern.test(line));
  const socket = statusSocket(homeEnvironment(home), home.databaseFile);
  const status = async (): Promise<StatusDocument | undefined> => {
    const answer = await askStatus(socket);
    return answer === undefined ? undefined : (JSON.parse(answer) as StatusDocument);
  };
  const state: Daemon["state"] = (isReached, what = "the daemon's state") =>
    eventually(what, async () => {
      assert.equal(run.child.exitCode ?? run.child.signalCode, null, output);
      const daemon = (await status())?.daemon;
      return daemon !== undefined && daemon !== null && isReached(daemon) && daemon;
    }).catch(async (error: unknown) => {
      const last = JSON.stringify((await status())?.daemon);
      throw new Error(`${String(error)}\n${last}\n${output}`, { cause: error });
    });
  return {
    ...run,
    said,
    says: async (pattern, count) => {
      await eventually(`${pattern} ${count} times in:\n${output}`, () => said(pattern).length >= count);
    },
    status,
    state,
    waits: (looks = 1) => state((now) => now.activity === "waiting" && now.looks >= looks, `${looks} looks`),
    kill: (signal) => {
      assert.ok(run.child.kill(signal));
    },
    stop: async () => {
      run.child.kill("SIGTERM");
      const result = await run.finished;
      assert.equal(result.status, 0, `${String(result.signal)} ${result.stderr}`);
      return result;
    },
  };
}
