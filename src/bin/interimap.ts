// Starts the program: arguments and signals in, exit code out.

import { Program } from "../cli/run.ts";
import { interruption } from "./interruption.ts";

const ignore = (): void => undefined;

const signal = interruption();

const program = new Program({
  argv: process.argv.slice(2),
  env: process.env,
  signal,
  onSignal: (name, handler) => {
    // Between two handlers, while the configuration is read again, a signal must not end the process. Without any handler,
    // even for a moment, it would.
    if (!process.listeners(name).includes(ignore)) process.on(name, ignore);
    process.on(name, handler);
    return () => {
      process.off(name, handler);
    };
  },
});

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(program.crash(error));
});

// Whoever waits for something that cannot come any more must not look like one who is done.
process.on("beforeExit", () => {
  process.exitCode ??= program.crash(new Error("nothing is left to wait for"));
});

void program.run().then((code) => {
  process.exitCode = code;
});
