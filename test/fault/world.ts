// Makes the situation of a scenario, as often as it is needed: once with commands, and then by copying the files of two
// Dovecot accounts and the database. Servers whose files cannot be copied get the commands each time.

import { execFile } from "node:child_process";
import { cpSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { giveDatabase } from "../support/give-database.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { appendAll } from "../support/mail-store.ts";
import { type AppendMessage, quoted, type RawImap } from "../support/raw-imap.ts";
import { type InterimapHome, makeHome, runInterimap } from "../support/run-interimap.ts";
import { type Profile, startStrictFilter, type StrictFilter } from "../support/strict-filter.ts";
import { asClient } from "../support/two-stores.ts";
import { execute } from "../unit/state/databases.ts";
import type { Rest } from "./end.ts";
import { isOriginal, plainCommand, runProgram } from "./program.ts";
import { flip, type Scenario } from "./scenarios.ts";
import { startSteps } from "./steps.ts";
import { Continued } from "./what-is-left.ts";

/** Two accounts and a database, for one trial. */
export interface Place {
  readonly servers: PerSide<MailServer>;
  /** As the program is to see them. */
  readonly seen: PerSide<MailServer>;
  readonly home: InterimapHome;
  remove(): Promise<void>;
}

export interface World {
  /** The situation of the scenario, or of its mirror image; not shared with anybody. */
  place(scenario: Scenario, flipped: boolean): Promise<Place>;
  /** A server does not say which flags changed: each run has to look at its mailboxes. */
  readonly isLookedAt: boolean;
  /** All that a trial leaves can be told from what another one leaves. */
  readonly isReadInFull: boolean;
  readonly continued: Continued<Rest>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** Takes the place of the second Dovecot. */
  readonly server?: MailServer;
  /** Makes an account there, where that has to be done. */
  readonly addUser?: (name: string) => void;
  /** What the servers let the program know of what they can. */
  readonly profiles?: PerSide<Profile>;
}

export async function startWorld(other: WorldOptions = {}): Promise<World> {
  const { profiles = { local: "full", remote: "full" } } = other;
  const filters = new Map<string, Promise<StrictFilter>>();
  const [first, second] = await Promise.all([startDovecot(), other.server ?? startDovecot()]);
  let small: Promise<MailServer> | undefined;
  const templates = new Map<string, Promise<Place>>();
  let count = 0;

  const accounts = async ({ quota }: Scenario): Promise<PerSide<MailServer>> => {
    const user = `t${++count}`;
    other.addUser?.(user);
    small ??= quota === undefined ? undefined : startDovecot({ quota: "40K" });
    const limited = await small;
    const on = (side: Side): MailServer =>
      quota === side && limited !== undefined ? limited : side === "local" ? first : second;
    return perSide((side) => asUser(on(side), user));
  };

  const seenOf = async (servers: PerSide<MailServer>): Promise<PerSide<MailServer>> => {
    const [local, remote] = await Promise.all(
      sides.map(async (side) => {
        const [server, profile] = [servers[side], profiles[side]];
        if (profile === "full") return server;
        const key = `${profile} ${String(server.port)}`;
        if (!filters.has(key)) filters.set(key, startStrictFilter(server, { profile }));
        const filter = await filters.get(key)!;
        return asUser(filter.server, server.user);
      }),
    );
    return { local: local!, remote: remote! };
  };

  const build = async (scenario: Scenario): Promise<Place> => {
    const servers = await accounts(scenario);
    const seen = await seenOf(servers);
    const home = makeHome({ ...seen, settings: scenario.settings ?? {} });
    await prepare(scenario, { servers, seen, home });
    return { servers, seen, home, remove: () => Promise.resolve(home.remove()) };
  };

  const copy = async (scenario: Scenario, template: Place): Promise<Place> => {
    const servers = await accounts(scenario);
    const seen = await seenOf(servers);
    const home = makeHome({ ...seen, settings: scenario.settings ?? {} });
    const directories = sides.map((side) => homeOf(servers[side]));
    await Promise.all(
      sides.map((side) => run("cp", ["-a", homeOf(template.servers[side]), homeOf(servers[side])]).catch(isEmpty)),
    );
    cpSync(dirname(template.home.databaseFile), dirname(home.databaseFile), { recursive: true });
    return {
      servers,
      seen,
      home,
      remove: async () => {
        home.remove();
        await run("rm", ["-rf", ...directories]);
      },
    };
  };

  return {
    isLookedAt: sides.some((side) => !["full", "noqresync"].includes(profiles[side])),
    isReadInFull: other.server === undefined && !isOriginal,
    continued: new Continued(),
    place: async (scenario, flipped) => {
      const wanted = flipped ? flip(scenario) : scenario;
      if (other.server !== undefined) return build(wanted);
      const key = `${flipped} ${scenario.name}`;
      let template = templates.get(key);
      if (template === undefined) templates.set(key, (template = build(wanted)));
      return copy(wanted, await template);
    },
    stop: async () => {
      const limited = await small;
      await Promise.all([...filters.values()].map(async (filter) => (await filter).stop()));
      await Promise.all([first.stop(), second.stop(), limited?.stop()]);
    },
  };
}

const run = promisify(execFile);

/** An account that nobody has logged in to yet has no files. */
function isEmpty(error: Error): void {
  if (!error.message.includes("No such file")) throw error;
}

function homeOf(server: MailServer): string {
  return join(server.directory, "home", server.user);
}

async function prepare(scenario: Scenario, { servers, seen, home }: Omit<Place, "remove">): Promise<void> {
  const synchronise = async (): Promise<void> => {
    const { status, stderr } = await runInterimap(home, [], { program: plainCommand() });
    if (status !== 0) throw new Error(`${scenario.name}: the first run failed: ${stderr}`);
  };
  if (scenario.synced !== undefined) {
    await perform(servers.local, scenario.synced);
    await synchronise();
  }
  await Promise.all(sides.map((side) => perform(servers[side], scenario[side] ?? [])));
  if (scenario.killedAt !== undefined) await kill(scenario, { servers, seen, home });
  await Promise.all(sides.map((side) => perform(servers[side], scenario[`${side}Then`] ?? [])));
  if (scenario.database !== undefined) execute(home.databaseFile, scenario.database);
}

async function kill({ name, killedAt, settings = {} }: Scenario, place: Omit<Place, "remove">): Promise<void> {
  const steps = await startSteps(place.seen);
  place.home.configure({ ...steps.servers, settings });
  giveDatabase(place.home.databaseFile, steps.servers);
  steps.begin({ at: killedAt!, blow: "kill" });
  const { signal } = await runProgram(place.home, steps, []);
  await steps.quiet();
  await steps.stop();
  if (signal !== "SIGKILL") throw new Error(`${name}: no step like ${killedAt}`);
}

/** Does what the lines of a scenario say. */
async function perform(server: MailServer, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await asClient(server, async (imap) => {
    for (const line of lines) await performOne(imap, line);
  });
}

async function performOne(imap: RawImap, line: string): Promise<void> {
  const [verb, mailbox = "", ...words] = line.split(" ");
  const names = words.filter((word) => !/^[+-]/.test(word));
  const select = async (): Promise<string> => {
    await imap.run(`SELECT ${quoted(mailbox)}`);
    return uidsOf(imap, verb === "move" || verb === "copy" ? names.slice(1) : names);
  };
  switch (verb) {
    case "append":
      return appendAll(imap, mailbox, words.flatMap(messages));
    case "flag": {
      const uids = await select();
      for (const sign of ["+", "-"]) {
        const flags = words.filter((word) => word.startsWith(sign)).map((word) => word.slice(1));
        if (flags.length > 0) await imap.run(`UID STORE ${uids} ${sign}FLAGS.SILENT (${flags.join(" ")})`);
      }
      return;
    }
    case "expunge": {
      const uids = await select();
      await imap.run(`UID STORE ${uids} +FLAGS.SILENT (\\Deleted)`);
      await imap.run(`UID EXPUNGE ${uids}`);
      return;
    }
    case "move":
    case "copy":
      await imap.run(`UID ${verb.toUpperCase()} ${await select()} ${quoted(names[0] ?? "")}`);
      return;
    case "rename":
      await imap.run(`RENAME ${quoted(mailbox)} ${quoted(names[0] ?? "")}`);
      return;
    default:
      await imap.run(`${verb?.toUpperCase()} ${quoted(mailbox)}`);
  }
}

async function uidsOf(imap: RawImap, names: readonly string[]): Promise<string> {
  const found: string[] = [];
  for (const name of names) {
    const { untagged } = await imap.run(`UID SEARCH HEADER Message-ID "<${name}@"`);
    const uids = untagged.find(({ line }) => line.startsWith("* SEARCH"))?.line.match(/\d+/g);
    if (!uids) throw new Error(`no message ${name}`);
    found.push(...uids);
  }
  return found.join(",");
}

/** The messages that a word of the table means. */
function messages(word: string): AppendMessage[] {
  const [, name = "", count, octets, flags] = /^([?\w]+)(?:\*(\d+))?(?:~(\d+))?(?::(.*))?$/.exec(word) ?? [];
  const names = count === undefined ? [name] : Array.from({ length: Number(count) }, (_, i) => `${name}${i + 1}`);
  return names.map((one) => ({
    bytes: Buffer.from(
      `From: a@example.org\r\nSubject: ${one}\r\n` +
        (one.startsWith("?") ? "" : `Message-ID: <${one}@example.org>\r\n`) +
        `\r\n${"text text text text text text text text text\r\n".repeat(Math.ceil(Number(octets ?? 40) / 45))}`,
    ),
    flags: flags?.split(",") ?? [],
    internalDate: `01-Feb-2020 12:${String([...one].reduce((sum, c) => sum + c.charCodeAt(0), 0) % 60).padStart(2, "0")}:00 +0200`,
  }));
}
