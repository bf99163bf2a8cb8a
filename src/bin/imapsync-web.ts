// Starts the web server: arguments and signals in, exit code out.

import { type ExitCode, exitCode } from "../model/exit-code.ts";
import { imapsyncWeb } from "../web/command/imapsync-web.ts";

let explain: (thrown: unknown) => ExitCode = () => exitCode.software;

// Node's own exit code for this would say that something was skipped.
process.on("uncaughtException", (error) => {
  process.exit(explain(error));
});

// Until there is something to read again. Without a handler, it would end the process.
process.on("SIGHUP", () => undefined);

const interruption = new AbortController();
const interrupt = (signal: NodeJS.Signals): void => {
  // The second signal finds the default handler again and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, interrupt);
  interruption.abort(signal);
};
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, interrupt);

void imapsyncWeb({
  argv: process.argv.slice(2),
  env: process.env,
  signal: interruption.signal,
  onHangUp: (handler) => {
    process.on("SIGHUP", handler);
  },
  onCrash: (handler) => {
    explain = handler;
  },
}).then((code) => {
  process.exitCode = code;
});
