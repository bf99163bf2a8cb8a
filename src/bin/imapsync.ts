// Starts the copier: arguments and signals in, exit code out.

import { imapsync } from "../copier/imapsync.ts";
import { exitCodeOf } from "../copier/report/exit-code.ts";
import { exitCode } from "../model/exit-code.ts";

const bySignal = exitCodeOf("EXIT_BY_SIGNAL");

let explain: (thrown: unknown) => number = () => exitCode.software;

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(explain(error));
});

// Whoever waits for something that cannot come any more must not look like one who is done.
process.on("beforeExit", () => {
  process.exitCode ??= explain(new Error("nothing is left to wait for"));
});

void imapsync({
  argv: process.argv.slice(2),
  env: process.env,
  onSignal: (name, handler) => {
    process.on(name, handler);
    return () => {
      process.off(name, handler);
    };
  },
  onCrash: (handler) => {
    explain = handler;
  },
}).then((ending) => {
  if (typeof ending === "number") process.exitCode = ending;
  else {
    // The first process of a container outlives what has no handler.
    process.exitCode = bySignal;
    process.kill(process.pid, ending);
  }
});
