// The error output: how often a run writes to it, and what is in front of what.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { interimapCommand, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, twoStores } from "../support/two-stores.ts";

const { server } = await startAll({ server: startDovecot() });

test("a run that has much to say does not write each line by itself", async (t) => {
  const { home, local } = await twoStores(t, { local: server, remote: server });
  await command(local, ...Array.from({ length: 200 }, (_, i) => `CREATE m${i}`));
  const hook = join(home.directory, "hook.cjs");
  const count = join(home.directory, "count");
  writeFileSync(
    hook,
    `const fs = require("node:fs");
     let writes = 0;
     const { writeSync } = fs;
     fs.writeSync = (fd, ...more) => { if (fd === 2) writes += 1; return writeSync(fd, ...more); };
     const { write } = process.stderr;
     process.stderr.write = (...how) => { writes += 1; return write.apply(process.stderr, how); };
     process.on("exit", () => fs.writeFileSync(${JSON.stringify(count)}, String(writes)));`,
  );
  const [node = "", ...program] = interimapCommand();
  const { status, stderr } = await runInterimap(home, [], { program: [node, "--require", hook, ...program] });
  assert.equal(status, 0, stderr);
  assert.equal(stderr.match(/^remote\(m\d+\): Created mailbox$/gm)?.length, 200);
  const writes = Number(readFileSync(count, "utf8"));
  assert.ok(writes > 0 && writes < 100, `${writes} writes`);
});

test("lines are before what is printed after them", async (t) => {
  const { home } = await twoStores(t, { local: server, remote: server });
  writeFileSync(home.configFile, `database = other.db\n${readFileSync(home.configFile, "utf8")}`);
  await runInterimap(home);
  const program = ["sh", "-c", 'exec "$0" "$@" 2>&1', ...interimapCommand()];
  const { status, stdout } = await runInterimap(home, ["--status"], { program });
  assert.ok(status !== null && status <= 3, stdout);
  assert.match(stdout, /^[^\n]*sets it again\nDatabase /);
});
