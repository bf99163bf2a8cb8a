// Mailboxes as a whole: what is created and subscribed where, and what happens when a server will not have it.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { SessionPair } from "../../../src/mail/pool/pair.ts";
import { type PerSide, perSide, type Side, sides } from "../../../src/model/side.ts";
import { openStore } from "../../../src/state/open-store.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";
import { isProgress } from "../../../src/sync/context/progress-events.ts";
import { synchronise } from "../../../src/sync/synchronise.ts";
import { scratchBase } from "../../support/scratch.ts";
import { type ListedServer, listedServer } from "./listed-server.ts";

interface World {
  readonly mailboxes: PerSide<Map<string, readonly string[]>>;
  readonly delimiters?: PerSide<string>;
  /** A server's answer to a command that changes something; undefined for OK. */
  readonly answer?: (line: string) => string | undefined;
  readonly mostCommands?: number;
}

interface Outcome {
  /** Commands that change something, by side. */
  readonly commands: PerSide<readonly string[]>;
  /** `type mailbox`, and the error's code where there is one. */
  readonly events: readonly string[];
}

/** Runs once. Contents are out of the question: SELECT is refused. */
async function run({
  mailboxes,
  delimiters = { local: "/", remote: "/" },
  answer,
  mostCommands = 1000,
}: World): Promise<Outcome> {
  let commands = 0;
  const servers = perSide((side): ListedServer => {
    const onCommand = (line: string): string | undefined => {
      if (++commands > mostCommands) throw new Error("this never ends");
      if (line.startsWith("SELECT")) return "not now";
      const refusal = answer?.(line);
      if (refusal === undefined) obey(mailboxes[side], line);
      return refusal;
    };
    return listedServer({ side, mailboxes: mailboxes[side], delimiter: delimiters[side], onCommand });
  });
  const directory = mkdtempSync(join(scratchBase, "interimap-sync-"));
  const store = openStore({ path: join(directory, "db") });
  const events: string[] = [];
  const report = (event: SyncEvent): void => {
    if (isProgress(event)) return;
    const code = event.type === "mailbox-skipped" ? ` ${event.error.code}` : "";
    if (code !== " COMMAND_REFUSED" || event.mailbox === "refused")
      events.push(`${event.type} ${event.mailbox}${code}`);
  };
  try {
    await synchronise({
      query: { references: { local: "", remote: "" }, patterns: ["*"], selectOptions: [] },
      isIgnored: () => false,
      connections: new SessionPair(
        perSide((side) => ({ main: () => Promise.resolve(servers[side].session), limit: 1 })),
      ),
      store,
      stop: new AbortController().signal,
      deletionLimit: undefined,
      matchesExisting: true,
      report,
    });
  } finally {
    store.close();
    rmSync(directory, { recursive: true });
  }
  return {
    events,
    commands: perSide((side) => servers[side].lines.filter((line) => !/^(LIST|STATUS|SELECT)/.test(line))),
  };
}

/** Does what CREATE, SUBSCRIBE and UNSUBSCRIBE say. */
function obey(mailboxes: Map<string, readonly string[]>, line: string): void {
  const [, verb, name = ""] = /^(\w+) "?(.*?)"?$/.exec(line) ?? [];
  if (verb === "CREATE") mailboxes.set(name, []);
  if (verb === "SUBSCRIBE") mailboxes.set(name, ["\\Subscribed"]);
  if (verb === "UNSUBSCRIBE") mailboxes.set(name, []);
}

const boxes = (...names: readonly string[]): Map<string, readonly string[]> => new Map(names.map((name) => [name, []]));

test("what one side lacks is created there, with its subscription", async () => {
  const local = new Map([
    ["a b", ["\\Subscribed"]],
    ["INBOX", []],
  ]);
  const { commands, events } = await run({ mailboxes: { local, remote: boxes("INBOX") } });
  assert.deepEqual(commands, { local: [], remote: ['CREATE "a b"', 'SUBSCRIBE "a b"'] });
  assert.deepEqual(events, ["mailbox-created a b", "subscribed a b"]);
});

test("a name travels with the other server's delimiter", async () => {
  const mailboxes = { local: boxes("a", "a/b"), remote: boxes() };
  const { commands } = await run({ mailboxes, delimiters: { local: "/", remote: "." } });
  assert.deepEqual(commands.remote, ["CREATE a", "CREATE a.b"]);
});

test("a name that cannot exist on the other side is skipped, the others go on", async () => {
  const mailboxes = { local: boxes("a.b", "c"), remote: boxes() };
  const { commands, events } = await run({ mailboxes, delimiters: { local: "/", remote: "." } });
  assert.deepEqual(commands.remote, ["CREATE c"]);
  assert.deepEqual(events, ["mailbox-skipped a.b MAILBOX_NAME", "mailbox-created c"]);
});

test("a mailbox whose creation is refused is skipped, once, the others go on", async () => {
  const mailboxes = { local: boxes("c", "refused"), remote: boxes() };
  const answer = (line: string): string | undefined => (line === "CREATE refused" ? "no" : undefined);
  const { commands, events } = await run({ mailboxes, answer });
  assert.deepEqual(commands.remote, ["CREATE c", "CREATE refused"]);
  assert.deepEqual(events, ["mailbox-created c", "mailbox-skipped refused COMMAND_REFUSED"]);
});

test("a mailbox that is created and still not listed is not created for ever", async () => {
  const hidden = new Map<string, readonly string[]>();
  // The server says OK, and goes on as if nothing had happened.
  hidden.set = () => hidden;
  const { commands, events } = await run({ mailboxes: { local: boxes("a"), remote: hidden } });
  assert.deepEqual(commands.remote, ["CREATE a"]);
  assert.equal(events.filter((event) => event.startsWith("mailbox-skipped a")).length, 1);
});

test("a server that lists one more mailbox each time that it is asked is given up", async () => {
  const local = boxes("a");
  const answer = (line: string): string | undefined => {
    if (line.startsWith("CREATE")) local.set(`b${String(local.size)}`, []);
    return undefined;
  };
  const { commands, events } = await run({ mailboxes: { local, remote: boxes() }, answer });
  const creations = commands.remote.filter((line) => line.startsWith("CREATE")).length;
  assert.ok(creations > 1 && creations < 20, String(creations));
  assert.equal(events.filter((event) => event.endsWith("MAILBOX_PROTOCOL")).length, 1);
});

test("of very many new mailboxes one run creates ten thousand, and the next goes on", async () => {
  const many = (name: string, count: number): Map<string, readonly string[]> =>
    boxes(...Array.from({ length: count }, (_, i) => `${name}${String(i)}`));
  const mailboxes = { local: many("a", 5002), remote: many("b", 5001) };
  const created = ({ commands }: Outcome, side: Side): number =>
    commands[side].filter((line) => line.startsWith("CREATE")).length;
  const first = await run({ mailboxes, mostCommands: 100_000 });
  assert.equal(created(first, "local") + created(first, "remote"), 10_000);
  const skipped = first.events.filter((event) => event.startsWith("mailbox-skipped"));
  assert.match(skipped.join(), /^mailbox-skipped \w+ MAILBOX_PROTOCOL$/);
  const second = await run({ mailboxes, mostCommands: 100_000 });
  assert.equal(created(second, "local") + created(second, "remote"), 3);
  for (const side of sides) assert.equal(mailboxes[side].size, 10_003);
});
