// What one server says must be no command to the other, nor steer a terminal, nor forge a line of a log, of the journal, of
// the metrics or of a document. One server names its mailboxes, flags, dates and messages as an attacker would, and talks so.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { statusDocument } from "../../../src/commands/gather-status.ts";
import { jsonLines } from "../../../src/log/json-log.ts";
import type { LineForm } from "../../../src/log/log.ts";
import { parseLogPrefix } from "../../../src/log/log-prefix.ts";
import { createLog } from "../../../src/log/logger.ts";
import { Secrets } from "../../../src/log/secrets.ts";
import { textLines } from "../../../src/log/text-lines.ts";
import { otherSide, type PerSide, type Side, sides } from "../../../src/model/side.ts";
import { metricsText } from "../../../src/service/metrics.ts";
import { statusJson } from "../../../src/service/status-json.ts";
import { statusText } from "../../../src/service/status-text.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { baseServer, condstoreServer, type MemoryOptions, qresyncServer } from "../../support/memory/connection.ts";
import { passwords, runBetween } from "../../support/memory/run.ts";
import { letter, MemoryStore } from "../../support/memory/store.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";
import { readCommands } from "../../support/strict-commands.ts";

const utf8 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

/** As they are on the wire, one character an octet. */
const names: readonly string[] = [
  ...[
    "a\r\nx1 DELETE Precious",
    "b\nx2 DELETE Precious\n",
    'c" (\\Noselect) "',
    "d{5}",
    "e{5+}",
    "f~{6}",
    "g {7}",
    "{8}",
  ],
  ...[
    "h\x1b]0;owned\x07",
    "i\x1b[2J\x9b31m",
    utf8("j\u202eevil\u202c"),
    utf8("k\u200bzero"),
    utf8("l\u2028line\u2029"),
    "m\x85next",
  ],
  ...[
    "<3>n",
    "o$(touch owned)`touch owned`",
    "p';touch owned;'",
    "--delete",
    "q%s%n%m",
    "r\\",
    "s\tt",
    "*",
    "%",
    "u*v%w",
    "\xff\xfe\x80",
  ],
  ...[
    'x" 1\n# HELP owned',
    '{"y":1}',
    "z&AAoAAA-",
    "&",
    "&AAA-",
    "NIL",
    "nil",
    "()",
    "]",
    "INBOX {9}",
    "\\Answered",
    "./../x",
    "-",
    "\x01\x02",
  ],
];

const flags: readonly string[] = [
  "\\Seen",
  "k{5}",
  "k{5+}",
  'k"x',
  "k)",
  "(k",
  "k\x1b[2J",
  "\xc3\xa9",
  "k]",
  "k\\",
  "<3>k",
  "%",
  "*",
  "$(k)",
  "\\k",
];

const dates: readonly string[] = [
  "01-Feb-2020 10:34:56 +0000",
  ...["", "yesterday", '01-Feb-2020 10:34:56 +0000\\" {5+}', "32-Foo-99999 99:99:99 +9999", "\xff", "\x1b[2J"],
];

/** Texts that the server says between its answers. */
const texts: readonly string[] = [
  "* OK [ALERT] <3>\x1b[2J\x9bowned\xe2\x80\xae {5}",
  "* NO \x1b]0;owned\x07 <0>owned",
  "* OK PASSWORD",
  "* OK [X-OWNED \x1b[31m {3}] \xe2\x80\xa8<2>second line",
];

function attackers(): MemoryStore {
  const store = new MemoryStore(...names);
  for (const [at, name] of [...names, "INBOX"].entries()) {
    const box = store.named(name)!;
    const date = dates[at % dates.length]!;
    box.add(letter(`m${String(at)}`, "x9 DELETE Precious\r\nx8 LOGOUT\r\n"), [flags[at % flags.length]!], date);
    box.add(
      Buffer.from("Message-ID: <\x1b[2J\u0000{5}>\r\nx7 DELETE Precious\r\n\r\n", "latin1"),
      flags.slice(0, 2),
      date,
    );
  }
  return store;
}

interface Scene {
  readonly honest: MemoryStore;
  readonly attacking: Side;
  readonly directory: string;
  /** What the honest server was sent. */
  readonly sent: PerSide<Buffer[]>;
  readonly run: (log?: { readonly form: LineForm; readonly toJournal: boolean }) => Promise<readonly string[]>;
}

function scene(t: TestContext, attacking: Side, capabilities: string): Scene {
  const directory = scratchDirectory("injection");
  t.after(() => removeScratch(directory));
  const honest = new MemoryStore("Precious");
  honest.named("Precious")!.add(letter("precious"));
  const sent: PerSide<Buffer[]> = { local: [], remote: [] };
  let said = 0;
  const evil: MemoryOptions = {
    store: attackers(),
    capabilities,
    alter: (response) =>
      (++said % 7 === 0 && said > 20
        ? `${texts[said % texts.length]!.replace("PASSWORD", passwords[attacking])}\r\n`
        : "") + response,
    onOctets: (octets) => sent[attacking].push(octets),
  };
  const good: MemoryOptions = {
    store: honest,
    capabilities,
    onOctets: (octets) => sent[otherSide(attacking)].push(octets),
  };
  const servers = attacking === "local" ? { local: evil, remote: good } : { local: good, remote: evil };
  return {
    honest,
    attacking,
    directory,
    sent,
    run: async (how) => {
      const log =
        how === undefined
          ? undefined
          : createLog({
              ...how,
              logfile: join(directory, "log"),
              quiet: false,
              debug: 1,
              errorOutput: { write: (text) => void shown.push(text) },
            });
      const shown: string[] = [];
      const { lines } = await runBetween({ directory, servers, ...(log !== undefined && { log }) });
      log?.close();
      return how === undefined ? lines : shown;
    },
  };
}

/** Nothing that a terminal obeys or hides, and no second line. */
function requirePlain(text: string, where: string): void {
  const found = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u.exec(text);
  assert.equal(found, null, `${where}: ${JSON.stringify(text)}`);
}

function requireNoPassword(text: string, where: string): void {
  for (const password of [passwords.local, passwords.remote]) assert.ok(!text.includes(password), `${where}: ${text}`);
}

for (const capabilities of [qresyncServer, condstoreServer, baseServer])
  for (const attacking of sides)
    describe(`the ${attacking} server attacks, with ${capabilities.split(" ").length > 1 ? capabilities : "the base protocol"}`, () => {
      test("into the other server: all it gets is commands of ours, well-formed", async (t) => {
        const { honest, sent, run } = scene(t, attacking, capabilities);
        await run();
        await run();
        for (const side of sides) {
          const octets = Buffer.concat(sent[side]).toString("latin1");
          // What the judge does not know.
          const known = octets
            .replace(/^a\d+ (?:AUTHENTICATE|ENABLE) .*\r\n/gm, "")
            .replace(/ \(CONDSTORE\)(?=\r\n)/g, "");
          const read = new Set(readCommands(Buffer.from(known, "latin1")));
          assert.ok(read.has("LIST") && read.has("APPEND"), [...read].join(" "));
          assert.ok(!octets.includes(passwords[otherSide(side)]), "the other side's password");
        }
        assert.deepEqual(
          [...(honest.named("Precious")?.messages.keys() ?? [])],
          [1],
          "the mailbox that is to be deleted",
        );
      });

      test("into the terminal: each line is one, and plain", async (t) => {
        const { run } = scene(t, attacking, capabilities);
        for (const line of [...(await run()), ...(await run())]) {
          requirePlain(line, "a line");
          requireNoPassword(line, "a line");
        }
      });

      test("into the log and the journal: no line is forged, none has a priority of its own", async (t) => {
        const { directory, run } = scene(t, attacking, capabilities);
        const form = textLines(parseLogPrefix("%?n?%?m?%m: ??"));
        const shown = await run({ form, toJournal: true });
        for (const text of shown) {
          assert.match(text, /^<[3467]>[^\n]*\n$/);
          requirePlain(text.trimEnd(), "the journal");
          requireNoPassword(text, "the journal");
        }
        for (const line of readFileSync(join(directory, "log"), "utf8").trimEnd().split("\n")) {
          assert.match(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z /);
          requirePlain(line, "the log");
          requireNoPassword(line, "the log");
        }
      });

      test("into JSON: each line is one object, which says nothing that a terminal obeys", async (t) => {
        const { directory, run } = scene(t, attacking, capabilities);
        const secrets = new Secrets();
        for (const side of sides) secrets.add(passwords[side]);
        await run({ form: jsonLines(secrets), toJournal: false });
        for (const line of readFileSync(join(directory, "log"), "utf8").trimEnd().split("\n")) {
          requirePlain(line, "JSON");
          requireNoPassword(line, "JSON");
          const { level, time } = JSON.parse(line) as Record<string, unknown>;
          assert.match(String(level), /^(?:debug|info|warn|error)$/);
          assert.match(String(time), /^\d{4}-/);
        }
      });

      test("into the database, the status and the metrics: names stay what they are, and are shown safely", async (t) => {
        const { directory, run } = scene(t, attacking, capabilities);
        await run();
        const database = join(directory, "test.db");
        const store = openStore({ path: database });
        t.after(() => {
          store.close();
        });
        const known = store.mailboxes().map(({ name }) => name);
        for (const name of ["d{5}", "e{5+}", "<3>n", "p';touch owned;'", "q%s%n%m"])
          assert.ok(known.includes(name), name);
        const status = statusDocument({ database, store });
        for (const line of [...statusText(status).split("\n"), ...statusJson(status).split("\n")])
          requirePlain(line, "status");
        assert.equal((JSON.parse(statusJson(status)) as typeof status).mailboxes.length, status.mailboxes.length);
        for (const line of metricsText(status, undefined).trimEnd().split("\n")) {
          requirePlain(line, "metrics");
          assert.match(line, /^(?:# (?:HELP|TYPE) interimap_|interimap_[a-z_]+\{[^{}]*\} \S+$)/);
        }
      });
    });
