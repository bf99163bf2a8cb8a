// What a run is for, between its first lines and its last: both accounts, the copy, and the figures.

import type { Session } from "../imap/session/session.ts";
import type { TargetFilter } from "../imap/transport/target-filter.ts";
import type { Secrets } from "../log/secrets.ts";
import { SessionPair } from "../mail/pool/pair.ts";
import { ByteBudget, octetsInFlight } from "../mail/transfer/byte-budget.ts";
import { Shortage } from "../mail/transfer/reluctance.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import type { Fence } from "../model/fence.ts";
import { type PerSide, perSide } from "../model/side.ts";
import type { Account } from "./accounts/account.ts";
import type { AccountsIo } from "./accounts/accounts-io.ts";
import { missingAccountOptions } from "./accounts/host-options.ts";
import { openAccounts, showServers } from "./accounts/open-accounts.ts";
import { askerOf } from "./accounts/terminal.ts";
import { copyAccount } from "./engine/copy-account.ts";
import type { CopyRun } from "./engine/copy-run.ts";
import { CrossDuplicates } from "./engine/cross-duplicates.ts";
import { failureOf } from "./engine/failure.ts";
import { ReadAhead } from "./engine/read-ahead.ts";
import { RunFailure } from "./engine/run-failure.ts";
import type { Emit } from "./events.ts";
import { type CopyMemory, hasMemory } from "./memory/memory.ts";
import { sizeLimits } from "./messages/select-messages.ts";
import { tryCommands } from "./messages/transform.ts";
import type { Options } from "./options/options.ts";
import { temporaryDirectory } from "./process/enter-run.ts";
import { FolderTurns } from "./process/folder-turns.ts";
import type { Output } from "./process/output.ts";
import { throttleFor } from "./process/rates.ts";
import type { RunSignals } from "./process/signals.ts";
import type { ExitName } from "./report/exit-code.ts";
import type { Reporter } from "./report/reporter.ts";
import { runLog } from "./report/run-log.ts";
import type { Statistics } from "./report/statistics.ts";

export interface CopyParts {
  readonly options: Options;
  readonly rules: CopyRun["rules"];
  readonly statistics: Statistics;
  readonly reporter: Reporter;
  readonly signals: RunSignals;
  readonly output: Pick<Output, "hasRoom">;
  readonly env: NodeJS.ProcessEnv;
  readonly verification?: CopyRun["verification"];
  /** Where connections may go; undefined: anywhere. */
  readonly targets?: TargetFilter;
  /** Asked before each change of host1, host2 and the memory; undefined: they may be made. */
  readonly fence?: Fence | undefined;
  /** What no line may show; added to during the run. */
  readonly secrets: Secrets;
}

/** What ends the run is said. @throws what is a defect of the program */
export function performCopy(parts: CopyParts): Promise<ExitName> {
  return perform(parts).catch(explained(parts.reporter.emit, parts.signals.stop));
}

/** What fails because a signal ended the run needs no words. */
function explained(emit: Emit, stop: AbortSignal): (error: unknown) => ExitName {
  return (error) => {
    if (stop.aborted && error === stop.reason) return "EXIT_BY_SIGNAL";
    const { events, exit } = failureOf(error);
    for (const event of events) emit(event);
    return exit;
  };
}

async function perform(parts: CopyParts): Promise<ExitName> {
  const { options, reporter, statistics, signals, env, secrets, targets, fence } = parts;
  const { emit } = reporter;
  const io: AccountsIo = {
    ...{ env, log: runLog(options, emit), secrets, targets, fence, signal: signals.stop, ask: askerOf(signals.stop) },
    say: (text, host) => {
      emit({ type: "notice", host, text });
    },
    warn: (text, host) => {
      emit({ type: "notice", host, text, isWarning: true });
    },
    alert: (text, host) => {
      emit({ type: "alert", host, text });
    },
  };
  const missing = missingAccountOptions(options);
  if (missing.length > 0)
    emit({ type: "notice", text: `Without ${missing.join(" and ")}, servers are only connected to` });
  if (options.justconnect === true || missing.length > 0) {
    await showServers(options, io);
    return "EX_OK";
  }
  await tryCommands(options, signals.stop);
  const accounts = await openAccounts(options, io);
  const connections = new SessionPair(perSide((side) => accounts[side].pool));
  const forget = signals.onReconnect(() => {
    connections.abort(new InterimapError("CONNECTION_LOST", "the connection was closed because a signal asked for it"));
  });
  // Whoever asked us to stop does not wait long for a server that does not answer.
  const drain = (): void => {
    connections.drain(interrupted());
  };
  signals.stop.addEventListener("abort", drain);
  let memory: CopyMemory | undefined;
  try {
    // They are there; from now on they are ended with the pair.
    const sessions = await connections.open();
    emit({ type: "logged-in" });
    if (options.justlogin === true) {
      await connections.logout();
      return "EX_OK";
    }
    memory = await memoryOf(options, accounts, fence);
    const turns = new FolderTurns(temporaryDirectory(options), nameOf(accounts.remote));
    const run = runOf(parts, { connections, sessions, memory, turns });
    try {
      await copyAccount(run);
    } catch (error) {
      // It has an exit code of its own, and nothing was begun.
      if (error instanceof RunFailure) throw error;
      if (!signals.stop.aborted) {
        const { counted, events } = failureOf(error);
        for (const event of events) if (event.type === "turned-away") emit(event);
        emit({ type: "error", error: counted });
      }
    }
    reporter.summary();
    await connections.logout();
    return statistics.errors.exit(options["exit-priority"] === "severity" ? "severity" : "frequency");
  } finally {
    forget();
    signals.stop.removeEventListener("abort", drain);
    connections.destroy();
    memory?.close();
  }
}

async function memoryOf(
  options: Options,
  accounts: PerSide<Account>,
  fence: Fence | undefined,
): Promise<CopyMemory | undefined> {
  if (!hasMemory(options)) return undefined;
  const { openMemory } = await import("./memory/open-memory.ts");
  return openMemory(options, { account1: nameOf(accounts.local), account2: nameOf(accounts.remote) }, fence);
}

function nameOf({ user, hostName, port }: Account): string {
  return `${user}@${hostName}:${String(port)}`;
}

interface Means {
  readonly connections: SessionPair;
  readonly sessions: PerSide<Session>;
  readonly memory: CopyMemory | undefined;
  readonly turns: FolderTurns;
}

function runOf(
  { options, rules, reporter, statistics, signals, output, verification }: CopyParts,
  { connections, sessions, memory, turns }: Means,
): CopyRun {
  const ownStop = new AbortController();
  const emit: Emit = (event) => {
    reporter.emit(event);
    if (options.errorsmax > 0 && statistics.errors.count >= options.errorsmax) ownStop.abort();
  };
  const throttle = throttleFor(options);
  if (throttle !== undefined) signals.onThrottle(() => throttle.toggle());
  const roundTrips = (): number[] => [sessions.local.roundTripMs, sessions.remote.roundTripMs];
  return {
    ...{ options, rules, emit, connections, sessions: {}, verification },
    sizes: sizeLimits(options, sessions.remote.capabilities.appendLimit),
    budget: new ByteBudget(() => octetsInFlight(roundTrips())),
    shortage: new Shortage(),
    stop: AbortSignal.any([signals.stop, ownStop.signal]),
    interrupted: signals.stop,
    end: (why) => {
      emit({ type: "error", error: why });
      ownStop.abort();
    },
    throttle,
    hasRoom: () => output.hasRoom(signals.stop),
    ...{ memory, turns },
    readAhead: new ReadAhead(),
    crossDuplicates: options.skipcrossduplicates === true ? new CrossDuplicates() : undefined,
    merges: new Map(),
    deadly: { inARow: 0 },
    copied: { octets: 0 },
  };
}
