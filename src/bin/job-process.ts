// A process that does one job, whatever its engine: signals in, exit code out.

import type { Engine } from "../job/engine.ts";
import type { JobSpec } from "../job/job-spec.ts";
import { work } from "../job/worker.ts";
import { exitCode } from "../model/exit-code.ts";

let explain: (thrown: unknown) => string = String;

function crash(thrown: unknown): never {
  process.stderr.write(`${explain(thrown)}\n`);
  process.exit(exitCode.software);
}

/** To be called once. */
export function doOneJob<Spec extends JobSpec>(engine: Engine<Spec>): void {
  process.on("uncaughtException", crash);
  // Whoever waits for something that cannot come any more must not look like one who is done.
  process.on("beforeExit", () => {
    if (process.exitCode === undefined) crash("nothing is left to wait for");
  });
  void work(engine, {
    env: process.env,
    onSignal: (name, handler) => {
      process.on(name, handler);
    },
    onCrash: (handler) => {
      explain = handler;
    },
    leave: (why) => {
      process.stderr.write(`${why}\n`);
      process.exit(exitCode.tempFail);
    },
  }).then((code) => {
    process.exitCode = code;
  }, crash);
}
