// What signals mean to a run: to end, to connect again, to pay attention, or nothing.

import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { monotonicMs } from "../../util/monotonic.ts";
import type { Options } from "../options/options.ts";
import { usageError } from "../options/usage-error.ts";
import { exitCodeOf, type ExitName } from "../report/exit-code.ts";
import type { Ending, Surroundings } from "../surroundings.ts";

export type SignalOptions = Pick<Options, "sigexit" | "sigreconnect" | "sigignore">;

/** Why a run stops before it is done. */
export type StopReason = NodeJS.Signals | "abort file";

export interface SignalContext {
  readonly onSignal: Surroundings["onSignal"];
  /** A line for the user. */
  readonly say: (line: string) => void;
  /** In ms; for tests. */
  readonly now?: () => number;
}

type Meaning = "exit" | "reconnect" | "print" | "throttle" | "ignore";

/** Twice within this time, what has us connect again has us end. */
const twiceMs = 2_000;

/** While it is there, signals do not end the process by themselves. */
export class RunSignals {
  readonly #stop = new AbortController();
  readonly #context: Required<SignalContext>;
  readonly #leave = new Map<NodeJS.Signals, () => void>();
  readonly #reconnects = new Set<() => void>();
  readonly #toggles = new Set<() => boolean>();
  #lastReconnectAt = -Infinity;

  /** @throws InterimapError USAGE for a name that is none */
  constructor(options: SignalOptions, context: SignalContext) {
    this.#context = { now: monotonicMs, ...context };
    for (const [signal, meaning] of meanings(options)) {
      const leave = context.onSignal(signal, () => {
        this.#hear(signal, meaning);
      });
      this.#leave.set(signal, leave);
    }
  }

  /** Aborted with a {@link StopReason}: the run finishes the message in hand, shows its figures, and ends. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** While nobody would connect again, the signal that asks for it ends the run. Returns how to forget it. */
  onReconnect(callback: () => void): () => void {
    this.#reconnects.add(callback);
    return () => this.#reconnects.delete(callback);
  }

  /** `toggle` returns whether the rates are held from now on. */
  onThrottle(toggle: () => boolean): void {
    this.#toggles.add(toggle);
  }

  /** Stops the run as a signal does. The next signal ends the process at once. */
  stopFor(reason: StopReason): void {
    if (this.#stop.signal.aborted) return;
    if (reason === "SIGQUIT") keepMemoryOutOfCoreFiles();
    for (const [signal, leave] of this.#leave) if (signal !== "SIGHUP") leave();
    this.#stop.abort(reason);
  }

  /** What the last line says: `exit`, unless the run was stopped. */
  exitOf(exit: ExitName): ExitName {
    if (!this.#stop.signal.aborted) return exit;
    return this.#stop.signal.reason === "abort file" ? "EXIT_BY_FILE" : "EXIT_BY_SIGNAL";
  }

  /** How the process has to end: of the signal that stopped the run, so that a shell sees it, or with a code. Signals are Node's again. */
  finish(exit: ExitName): Ending {
    for (const leave of this.#leave.values()) leave();
    const name = this.exitOf(exit);
    return name === "EXIT_BY_SIGNAL" ? (this.#stop.signal.reason as NodeJS.Signals) : exitCodeOf(name);
  }

  #hear(signal: NodeJS.Signals, meaning: Meaning): void {
    const { say, now } = this.#context;
    const name = signal.slice(3);
    switch (meaning) {
      case "ignore":
        break;
      case "print":
        say(`Got a signal ${name}: the run goes on`);
        break;
      case "throttle": {
        const areHeld = [...this.#toggles].map((toggle) => toggle());
        const now =
          areHeld.length === 0 ? "there are no rates to hold" : areHeld[0]! ? "rates are held" : "no rate is held";
        say(`Got a signal ${name}: ${now}`);
        break;
      }
      case "reconnect": {
        const isSecond = now() - this.#lastReconnectAt < twiceMs;
        this.#lastReconnectAt = now();
        if (isSecond || this.#reconnects.size === 0) this.#end(signal);
        else {
          say(
            `Got a signal ${name}: connecting to both sides again; once more within ${twiceMs / 1000} seconds ends the run`,
          );
          for (const callback of this.#reconnects) callback();
        }
        break;
      }
      case "exit":
        this.#end(signal);
        break;
    }
  }

  #end(signal: NodeJS.Signals): void {
    this.#context.say(`Got a signal ${signal.slice(3)}: ending after the message in hand; another signal ends at once`);
    this.stopFor(signal);
  }
}

/** @throws InterimapError USAGE for a name that is no signal */
export function requireSignals(options: SignalOptions): void {
  meanings(options);
}

/** What the user says of a signal goes before what holds by default. */
function meanings({ sigexit, sigreconnect, sigignore }: SignalOptions): ReadonlyMap<NodeJS.Signals, Meaning> {
  const given = (values: readonly string[], option: string): NodeJS.Signals[] =>
    values.flatMap((value) => value.split(/[\s,]+/)).flatMap((name) => (name === "" ? [] : [signalOf(name, option)]));
  const byDefault = (values: readonly string[], names: NodeJS.Signals[]): NodeJS.Signals[] =>
    values.length > 0 ? [] : names;
  const rows: readonly (readonly [Meaning, readonly NodeJS.Signals[]])[] = [
    ["print", ["SIGHUP"]],
    ["throttle", ["SIGUSR1"]],
    ["exit", byDefault(sigexit, ["SIGQUIT", "SIGTERM"])],
    ["reconnect", byDefault(sigreconnect, ["SIGINT"])],
    ["exit", given(sigexit, "--sigexit")],
    ["reconnect", given(sigreconnect, "--sigreconnect")],
    ["ignore", given(sigignore, "--sigignore")],
  ];
  return new Map(rows.flatMap(([meaning, signals]) => signals.map((signal) => [signal, meaning] as const)));
}

/** `TERM`, `SIGTERM` */
function signalOf(name: string, option: string): NodeJS.Signals {
  const signal = `SIG${name.toUpperCase().replace(/^SIG/, "")}` as NodeJS.Signals;
  if (!(signal in constants.signals) || signal === "SIGKILL" || signal === "SIGSTOP") {
    throw usageError(`${option}: ${JSON.stringify(name)} is no signal that can be caught`);
  }
  return signal;
}

/** What ends a process by SIGQUIT writes its memory to a file, where there are such files: passwords, too. */
function keepMemoryOutOfCoreFiles(): void {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
  } catch {
    // Not on Linux.
  }
}
