// One run of the copier, from options to the value it ends with.

import packageJson from "../../package.json" with { type: "json" };
import type { Session } from "../imap/session/session.ts";
import type { Secrets } from "../log/secrets.ts";
import { SessionPair } from "../mail/pool/pair.ts";
import { ByteBudget, octetsInFlight } from "../mail/transfer/byte-budget.ts";
import { Shortage } from "../mail/transfer/reluctance.ts";
import { InterimapError, interrupted } from "../model/errors.ts";
import { type PerSide, perSide } from "../model/side.ts";
import type { Account } from "./accounts/account.ts";
import type { AccountsIo } from "./accounts/accounts-io.ts";
import { maskedArguments } from "./accounts/command-line.ts";
import { missingAccountOptions } from "./accounts/host-options.ts";
import { openAccounts, showServers } from "./accounts/open-accounts.ts";
import { askerOf } from "./accounts/terminal.ts";
import { copyAccount } from "./engine/copy-account.ts";
import type { CopyRun } from "./engine/copy-run.ts";
import { CrossDuplicates } from "./engine/cross-duplicates.ts";
import { failureOf } from "./engine/failure.ts";
import { rulesOf } from "./engine/rules.ts";
import { RunFailure } from "./engine/run-failure.ts";
import type { Emit } from "./events.ts";
import { type CopyMemory, hasMemory } from "./memory/memory.ts";
import { sizeLimits } from "./messages/select-messages.ts";
import { tryCommands } from "./messages/transform.ts";
import type { Options } from "./options/options.ts";
import { enterRun } from "./process/enter-run.ts";
import { openLogFile } from "./process/log-file.ts";
import { Output } from "./process/output.ts";
import { throttleFor } from "./process/rates.ts";
import { requireSignals, RunSignals } from "./process/signals.ts";
import { type OpenSurface, openSurface } from "./process/surface.ts";
import { bannerLines } from "./report/banner.ts";
import type { ExitName } from "./report/exit-code.ts";
import { makeReporter } from "./report/make-reporter.ts";
import type { Reporter } from "./report/reporter.ts";
import { runLog } from "./report/run-log.ts";
import { Statistics } from "./report/statistics.ts";
import type { Ending, Surroundings } from "./surroundings.ts";

export interface CopySurroundings extends Pick<Surroundings, "argv" | "env" | "onSignal"> {
  /** Lines about the command line, to be shown at the beginning. */
  readonly notices: readonly string[];
  /** What no line may show; added to during the run. */
  readonly secrets: Secrets;
}

/** @throws InterimapError when the run cannot begin. */
export async function runCopy(options: Options, surroundings: CopySurroundings): Promise<Ending> {
  const rules = rulesOf(options);
  requireSignals(options);
  const startedAt = new Date();
  const { logFile, warning } = openLogFile(options, startedAt.getTime());
  const output = new Output({ logFile, isForPrograms: options.json });
  let surface: OpenSurface | undefined;
  try {
    surface = openSurface(output, options);
    const statistics = new Statistics(startedAt);
    const reporter = makeReporter(options, statistics, surface);
    const say = (text: string): void => {
      reporter.emit({ type: "notice", text });
    };
    const signals = new RunSignals(options, { onSignal: surroundings.onSignal, say });
    const argv = maskedArguments(surroundings.argv);
    bannerLines({ version: packageJson.version, startedAt, argv }).forEach(say);
    if (warning !== undefined) reporter.emit({ type: "notice", text: warning, isWarning: true });
    surroundings.notices.forEach(say);
    const parts = { options, rules, statistics, reporter, signals, output, ...surroundings };
    const warn = (text: string): void => {
      reporter.emit({ type: "notice", text, isWarning: true });
    };
    const entered = await enterRun(options, { output, signals, warn });
    const exit = entered.ends ?? (await perform(parts).catch(explained(reporter.emit, signals.stop)));
    reporter.exit(signals.exitOf(exit));
    await entered.leave();
    return signals.finish(exit);
  } finally {
    surface?.end();
    output.end();
  }
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

interface Parts extends CopySurroundings {
  readonly options: Options;
  readonly rules: CopyRun["rules"];
  readonly statistics: Statistics;
  readonly reporter: Reporter;
  readonly signals: RunSignals;
  readonly output: Output;
}

async function perform(parts: Parts): Promise<ExitName> {
  const { options, reporter, statistics, signals, env, secrets } = parts;
  const { emit } = reporter;
  const io: AccountsIo = {
    ...{ env, log: runLog(options, emit), secrets, signal: signals.stop, ask: askerOf(signals.stop) },
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
    if (options.justlogin === true) {
      await connections.logout();
      return "EX_OK";
    }
    memory = await memoryOf(options, accounts);
    const run = runOf(parts, { connections, sessions, memory });
    try {
      await copyAccount(run);
    } catch (error) {
      // It has an exit code of its own, and nothing was begun.
      if (error instanceof RunFailure) throw error;
      if (!signals.stop.aborted) emit({ type: "error", error: failureOf(error).counted });
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

async function memoryOf(options: Options, accounts: PerSide<Account>): Promise<CopyMemory | undefined> {
  if (!hasMemory(options)) return undefined;
  const { openMemory } = await import("./memory/open-memory.ts");
  const named = ({ user, hostName, port }: Account): string => `${user}@${hostName}:${String(port)}`;
  return openMemory(options, { account1: named(accounts.local), account2: named(accounts.remote) });
}

interface Means {
  readonly connections: SessionPair;
  readonly sessions: PerSide<Session>;
  readonly memory: CopyMemory | undefined;
}

function runOf(
  { options, rules, reporter, statistics, signals, output }: Parts,
  { connections, sessions, memory }: Means,
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
    ...{ options, rules, emit, connections, sessions: {} },
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
    memory,
    crossDuplicates: options.skipcrossduplicates === true ? new CrossDuplicates() : undefined,
    merges: new Map(),
    deadly: { inARow: 0 },
    copied: { octets: 0 },
  };
}
