// The file of `--report`.

import assert from "node:assert/strict";
import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Output } from "../../../../src/copier/process/output.ts";
import { openSurface } from "../../../../src/copier/process/surface.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

test("the report is a new file of its owner, and what a former run left in it goes", () => {
  const directory = scratchDirectory("surface");
  const report = join(directory, "report");
  writeFileSync(report, "old\n", { mode: 0o600 });
  const surface = openSurface(new Output(), { report, json: false });
  surface.writeReport!("new\n");
  surface.end();
  assert.equal(readFileSync(report, "utf8"), "new\n");
  const fresh = openSurface(new Output(), { report: join(directory, "fresh"), json: false });
  fresh.end();
  assert.equal(statSync(join(directory, "fresh")).mode & 0o777, 0o600);
});

test("a report that cannot be written is said before anything is copied", () => {
  const report = join(scratchDirectory("surface"), "link");
  symlinkSync("/nowhere/at/all", report);
  assert.throws(() => openSurface(new Output(), { report, json: false }), { code: "FILE_CREATE" });
});

test("without --report there is none", () => {
  assert.equal(openSurface(new Output(), { report: undefined, json: true }).writeReport, undefined);
});
