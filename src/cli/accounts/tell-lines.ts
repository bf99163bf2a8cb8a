// Of runs: each line as it comes, how far they are, and a summary.

import { isatty } from "node:tty";
import type { LineOutput } from "../../log/line-output.ts";
import { print } from "../../log/print.ts";
import { monotonicMs } from "../../util/monotonic.ts";
import type { AllInvocation } from "../invocation.ts";
import { accountLine, progressLine, summary } from "./account-lines.ts";
import type { Audience } from "./audience.ts";
import type { Account } from "./run-accounts.ts";

interface Means {
  readonly accounts: readonly Account[];
  readonly say: (line: string) => void;
  readonly errorOutput: LineOutput;
  readonly env: NodeJS.ProcessEnv;
}

/** Of a terminal that does not know how wide it is. */
const usualColumns = 80;

export function tellLines({ quiet, debug, each }: AllInvocation, { accounts, say, errorOutput, env }: Means): Audience {
  const startedAt = monotonicMs();
  const working = new Map<string, string>();
  let done = 0;
  let printed = Promise.resolve();
  const isWatched = !quiet && debug === 0 && isatty(2) && env["TERM"] !== "dumb";
  const draw = (): void => {
    const { columns: known } = process.stderr;
    const columns = known > 0 ? known : usualColumns;
    errorOutput.showStatus(working.size === 0 ? "" : progressLine({ done, all: accounts.length, working }, columns));
  };
  return {
    wantsJson: each.json,
    showProgress: isWatched
      ? ({ name }, text) => {
          // One that is about to end has nothing more to show.
          if (text === "") working.delete(name);
          else working.set(name, text);
          draw();
        }
      : undefined,
    hear({ name }, line, output) {
      const text = accountLine(name, line);
      if (output === "stderr") say(text);
      else printed = printed.then(() => print(`${text}\n`));
      printed.catch(() => undefined);
    },
    end({ name }) {
      done++;
      working.delete(name);
      if (isWatched) draw();
      return printed;
    },
    async conclude(results) {
      await printed;
      if (!quiet) say(summary(results, monotonicMs() - startedAt));
    },
  };
}
