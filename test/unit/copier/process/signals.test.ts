import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { RunSignals, type SignalOptions } from "../../../../src/copier/process/signals.ts";
import { InterimapError } from "../../../../src/model/errors.ts";
import { scratchDirectory } from "../../../support/scratch.ts";
import { type Child, startChild } from "./children.ts";

async function child(t: TestContext, ...words: readonly string[]): Promise<Child> {
  const started = startChild(t, join(scratchDirectory("signals"), "pid"), "", ...words);
  assert.equal(await started.line(), "taken");
  return started;
}

for (const signal of ["SIGTERM", "SIGQUIT", "SIGINT"] as const) {
  test(`a process that ${signal} stopped dies of it`, async (t) => {
    const run = await child(t);
    run.send(signal);
    assert.match((await run.line()) ?? "", new RegExp(`^Got a signal ${signal.slice(3)}: ending`));
    assert.equal(await run.ended, signal);
  });
}

test("SIGHUP, SIGUSR1 and the first SIGINT do not end it", async (t) => {
  const run = await child(t, "reconnects", "throttles");
  run.send("SIGHUP");
  assert.match((await run.line()) ?? "", /^Got a signal HUP: the run goes on/);
  run.send("SIGUSR1");
  assert.match((await run.line()) ?? "", /no rate is held/);
  run.send("SIGUSR1");
  assert.match((await run.line()) ?? "", /rates are held/);
  run.send("SIGINT");
  assert.match((await run.line()) ?? "", /^Got a signal INT: connecting to both sides again/);
  assert.equal(await run.line(), "reconnecting");
  run.send("SIGTERM");
  assert.match((await run.line()) ?? "", /^Got a signal TERM/);
  assert.equal(await run.ended, "SIGTERM");
});

interface Played {
  readonly signals: RunSignals;
  readonly said: readonly string[];
  readonly handled: () => readonly string[];
  at: number;
  send(signal: NodeJS.Signals): void;
}

function played(options: Partial<SignalOptions> = {}): Played {
  const handlers = new Map<NodeJS.Signals, () => void>();
  const said: string[] = [];
  const played: Played = {
    at: 0,
    said,
    handled: () => [...handlers.keys()].sort(),
    send: (signal) => handlers.get(signal)?.(),
    signals: new RunSignals(
      { sigexit: [], sigreconnect: [], sigignore: [], ...options },
      {
        say: (line) => said.push(line),
        now: () => played.at,
        onSignal: (name, handler) => {
          handlers.set(name, handler);
          return () => handlers.delete(name);
        },
      },
    ),
  };
  return played;
}

test("SIGINT has both sides connected again, and twice within two seconds ends the run", () => {
  const run = played();
  let reconnections = 0;
  run.signals.onReconnect(() => reconnections++);
  for (const at of [0, 2_000, 4_001]) {
    run.at = at;
    run.send("SIGINT");
  }
  assert.equal(reconnections, 3);
  assert.equal(run.signals.stop.aborted, false);
  run.at = 6_000;
  run.send("SIGINT");
  assert.equal(reconnections, 3);
  assert.equal(run.signals.stop.reason, "SIGINT");
  assert.equal(run.signals.finish("EX_OK"), "SIGINT");
});

test("while nobody could connect again, the first SIGINT ends the run", () => {
  const run = played();
  const forget = run.signals.onReconnect(() => assert.fail());
  forget();
  run.send("SIGINT");
  assert.equal(run.signals.stop.reason, "SIGINT");
});

test("once the run ends, the next signal ends the process; but for SIGHUP", () => {
  const run = played();
  assert.deepEqual(run.handled(), ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1"]);
  run.send("SIGTERM");
  assert.deepEqual(run.handled(), ["SIGHUP"]);
  run.signals.stopFor("abort file");
  assert.equal(run.signals.exitOf("EX_OK"), "EXIT_BY_SIGNAL");
  assert.equal(run.signals.finish("EX_OK"), "SIGTERM");
  assert.deepEqual(run.handled(), []);
});

test("a run that nobody stopped ends with its own code, and one that was told by a file with 7", () => {
  assert.equal(played().signals.finish("EXIT_ERR_APPEND"), 114);
  const run = played();
  run.signals.stopFor("abort file");
  assert.equal(run.signals.stop.reason, "abort file");
  assert.equal(run.signals.finish("EX_OK"), 7);
});

test("what the user says of a signal holds, in whatever way it is written", () => {
  const run = played({ sigexit: ["INT, hup", "SIGUSR1"], sigreconnect: ["TERM"], sigignore: ["QUIT"] });
  run.signals.onReconnect(() => undefined);
  run.send("SIGQUIT");
  run.send("SIGTERM");
  assert.equal(run.signals.stop.aborted, false);
  assert.equal(run.said.length, 1);
  run.send("SIGHUP");
  assert.equal(run.signals.stop.reason, "SIGHUP");
  const none = played({ sigreconnect: [""] });
  assert.deepEqual(none.handled(), ["SIGHUP", "SIGQUIT", "SIGTERM", "SIGUSR1"]);
});

for (const name of ["KILL", "STOP", "FOO", "9", "toString"]) {
  test(`${name} is no signal that can be caught`, () => {
    assert.throws(
      () => played({ sigexit: [name] }),
      (error) => error instanceof InterimapError && error.code === "USAGE" && error.message.startsWith("--sigexit: "),
    );
  });
}
