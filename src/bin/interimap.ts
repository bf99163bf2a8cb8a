// Starts the program: arguments and signals in, exit code out.

import { Program } from "../cli/run.ts";

const ignore = (): void => undefined;

const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  // The second signal finds the default handler again and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, interrupt);
  interruption.abort(signal);
};
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, interrupt);

const program = new Program({
  argv: process.argv.slice(2),
  env: process.env,
  signal: interruption.signal,
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
