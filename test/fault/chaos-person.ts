// The person who owns the mail: reads what the program says of mailboxes that disappeared, knows what became of them, and
// runs the command that the line has for it.

import assert from "node:assert/strict";
import type { MailServer } from "../support/mail-server.ts";
import { plainName, wireName } from "../support/mailbox-names.ts";
import { type InterimapHome, runInterimap, type RunResult } from "../support/run-interimap.ts";
import type { KeptMail } from "./chaos-kept.ts";
import type { Model } from "./chaos-model.ts";
import type { Story } from "./chaos-story.ts";

export interface PersonOptions {
  readonly home: InterimapHome;
  /** Whose delimiter the command line has. */
  readonly local: MailServer;
  readonly model: Model;
  readonly kept: KeptMail;
  readonly story: Story;
}

const mostCommands = 40;

/** Runs the program, and what it suggests, until it says that all is well. The daemon is stopped, the clients are closed. */
export async function settle({ home, local, model, kept, story }: PersonOptions): Promise<void> {
  const run = async (args: readonly string[]): Promise<RunResult> => {
    const result = await runInterimap(home, args);
    const said = result.stderr.trimEnd().replaceAll("\n", "\n                  ");
    story.tell(`person: interimap ${args.join(" ")} → ${result.status ?? result.signal} ${said}`);
    return result;
  };
  let last: RunResult | undefined;
  for (let i = 0; i < mostCommands; i++) {
    const startedAt = Date.now();
    last = await run([]);
    if (last.status === 0) {
      model.clean(startedAt);
      return;
    }
    if (last.stderr.includes("--allow-mass-delete")) {
      await run(["--allow-mass-delete"]);
      continue;
    }
    const inTheWay = inTheWayIn(last.stderr);
    if (inTheWay !== undefined) {
      await run(words(inTheWay));
      continue;
    }
    const advice = adviceIn(last.stderr);
    if (advice === undefined) {
      const refused = refusedIn(last.stderr).map((name) => shownToWire(local, name));
      if (refused.length > 0) await run(["--repair", ...refused]);
      continue;
    }
    const { name, everywhere, elsewhere, anew } = advice;
    const meant = plainName(local, shownToWire(local, name))!;
    const fate = model.fateOf(meant);
    if (anew !== undefined) await run(words(anew));
    else if (fate?.kind === "deleted") {
      kept.deletedByHand(meant);
      await run(words(everywhere));
    } else if (fate?.kind === "renamed") {
      const renaming = words(elsewhere).map((word) => (word === "NEWNAME" ? wireName(local, fate.to) : word));
      const renamed = await run(renaming);
      // What the program has copied there already.
      const clear = /; to delete what is in the way: \S+ (.*)$/m.exec(renamed.stderr)?.[1];
      if (renamed.status !== 65 || clear === undefined) continue;
      await run(words(clear));
      await run(renaming);
    }
  }
  assert.fail(`not well after ${mostCommands} commands: ${last?.stderr ?? ""}`);
}

interface Advice {
  /** As the program shows it. */
  readonly name: string;
  readonly everywhere: string;
  readonly elsewhere: string;
  readonly anew: string | undefined;
}

/** Of the first mailbox that disappeared: parents come first, and children go along with them. */
function adviceIn(stderr: string): Advice | undefined {
  const line = stderr.split("\n").find((one) => one.includes("disappeared from"));
  if (line === undefined) return undefined;
  const [, name = ""] = /^\w+\((.*?)\): Mailbox skipped: /.exec(line) ?? [];
  const [, everywhere = ""] = /to delete it everywhere: \S+ ([^;]*)/.exec(line) ?? [];
  const [, elsewhere = ""] = /if it was renamed: \S+ (.*)$/.exec(line) ?? [];
  const [, anew] = /to treat it as a new one: \S+ (.*)$/.exec(line) ?? [];
  return { name, everywhere, elsewhere, anew };
}

/** The daemon listed a mailbox while a client renamed it, and made one of the new name on the other server: that one may go. */
function inTheWayIn(stderr: string): string | undefined {
  const [, command] = /has another mailbox of that name; to rename the other one: \S+ (.*)$/m.exec(stderr) ?? [];
  return command?.replace("--rename", "--delete").replace(/ NEWNAME$/u, "");
}

/** Mailboxes with messages of which connections died twice: --repair offers them at once. */
function refusedIn(stderr: string): string[] {
  return [...new Set([...stderr.matchAll(/^\w+\((.*?)\): Still (?:not|without|refused) /gm)].map(([, name]) => name!))];
}

/** People see a slash. */
function shownToWire(server: MailServer, name: string): string {
  return name.replaceAll("/", server.delimiter);
}

function words(command: string): string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
}
