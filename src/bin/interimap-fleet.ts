// Starts the program for fleets: arguments and signals in, exit code out.

import { interimapFleet } from "../fleet/command/interimap-fleet.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";

let explain: (thrown: unknown) => ExitCode = () => exitCode.software;

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(explain(error));
});

const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  // The second signal finds the default handler again and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, interrupt);
  interruption.abort(signal);
};
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, interrupt);

void interimapFleet({
  argv: process.argv.slice(2),
  env: process.env,
  signal: interruption.signal,
  onCrash: (handler) => {
    explain = handler;
  },
}).then((code) => {
  process.exitCode = code;
});
