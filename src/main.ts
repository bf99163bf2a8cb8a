// Starts the program: arguments and signals in, exit code out.

import { run } from "./cli/run.ts";

const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) {
  // The second signal finds the default handler again and ends the process at once.
  process.once(name, () => {
    interruption.abort();
  });
}

process.exitCode = await run({ argv: process.argv.slice(2), env: process.env, signal: interruption.signal });
