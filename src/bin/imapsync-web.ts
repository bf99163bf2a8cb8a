// Starts the web server: arguments and signals in, exit code out.

import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { imapsyncWeb } from "../web/command/imapsync-web.ts";
import { interruption } from "./interruption.ts";

let explain: (thrown: unknown) => ExitCode = () => exitCode.software;

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(explain(error));
});

// Until there is something to read again. Without a handler, it would end the process.
process.on("SIGHUP", () => undefined);

const signal = interruption();

void imapsyncWeb({
  argv: process.argv.slice(2),
  env: process.env,
  signal,
  onHangUp: (handler) => {
    process.on("SIGHUP", handler);
  },
  onCrash: (handler) => {
    explain = handler;
  },
}).then((code) => {
  process.exitCode = code;
});
