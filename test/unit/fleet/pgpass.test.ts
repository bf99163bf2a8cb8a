// The password of the database, from a file as PostgreSQL's own programs read it.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { databasePassword, passwordIn } from "../../../src/fleet/database/pgpass.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const to = { host: "db.example", port: 5432, database: "fleet", user: "worker" };

for (const { what, text, password } of [
  { what: "all that is written", text: "db.example:5432:fleet:worker:secret", password: "secret" },
  { what: "stars", text: "*:*:*:*:secret", password: "secret" },
  {
    what: "the first line that fits",
    text: "#c\n\na:5432:fleet:worker:x\n*:*:fleet:*:one\n*:*:*:*:two",
    password: "one",
  },
  {
    what: "colons and backslashes",
    text: String.raw`db.example:5432:fleet:worker:a\:b\\c`,
    password: String.raw`a:b\c`,
  },
  { what: "line ends of Windows", text: "*:*:*:*:secret\r\n", password: "secret" },
  { what: "nothing that fits", text: "db.example:5433:fleet:worker:x\nshort:line", password: undefined },
])
  test(`a file of passwords with ${what}`, () => {
    assert.equal(passwordIn(text, to), password);
  });

test("a socket is called localhost", () => {
  assert.equal(passwordIn("localhost:5432:fleet:worker:s", { ...to, host: "/run/postgresql" }), "s");
});

test("a file that others can read is refused, and one that is not there is told with the line it needs", () => {
  const path = join(scratchDirectory("pgpass"), "file");
  const env = { PGPASSFILE: path };
  assert.throws(() => databasePassword(to, env), {
    code: "CREDENTIALS",
    hint: /db\.example:5432:fleet:worker:PASSWORD/,
  });
  writeFileSync(path, "*:*:*:*:secret\n");
  chmodSync(path, 0o644);
  assert.throws(() => databasePassword(to, env), { code: "CREDENTIALS", message: /read by other users/ });
  chmodSync(path, 0o600);
  assert.equal(databasePassword(to, env), "secret");
});
