import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { loadMigrations } from "../../../src/state/migrations.ts";
import type * as openStoreModule from "../../../src/state/open-store.ts";
import { dump, temporaryDirectory } from "./databases.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

test("migrations are numbered from 1", () => {
  const migrations = loadMigrations();
  assert.deepEqual(
    migrations.map(({ version }) => version),
    migrations.map((_, i) => i + 1),
  );
  assert.match(migrations[0]!.script, /CREATE TABLE mapping/);
});

test("the bundle in dist/ finds them too", async (t) => {
  const directory = temporaryDirectory(t);
  const outfile = join(directory, "dist", "interimap.js");
  buildSync({
    entryPoints: [join(root, "src/state/open-store.ts")],
    ...{ outfile, bundle: true, format: "esm", platform: "node", external: ["better-sqlite3"] },
  });
  cpSync(join(root, "migrations"), join(directory, "migrations"), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(directory, "node_modules"));
  const bundle = (await import(pathToFileURL(outfile).href)) as typeof openStoreModule;
  const path = join(directory, "x.db");
  bundle.openStore({ path }).close();
  assert.equal(dump(path).version, loadMigrations().length);
});
