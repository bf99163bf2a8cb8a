// Starts the program for fleets: arguments and signals in, exit code out.

import { interimapFleet } from "../fleet/command/interimap-fleet.ts";
import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { interruption } from "./interruption.ts";

let explain: (thrown: unknown) => ExitCode = () => exitCode.software;

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(explain(error));
});

const signal = interruption();

void interimapFleet({
  argv: process.argv.slice(2),
  env: process.env,
  signal,
  onCrash: (handler) => {
    explain = handler;
  },
}).then((code) => {
  process.exitCode = code;
});
