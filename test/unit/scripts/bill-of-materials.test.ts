// The bill of materials lists what who installs the package gets, and nothing else.

import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import packageJson from "../../../package.json" with { type: "json" };
import { billOfMaterials, NoBillOfMaterials } from "../../../scripts/lib/bill-of-materials.ts";
import { bundledPackages } from "../../../scripts/lib/bundled-packages.ts";
import { temporaryDirectory } from "../state/databases.ts";

const { bomFormat, metadata, components, dependencies } = await billOfMaterials();
const listed = new Set(components.map((one) => one["bom-ref"]));

test("it is CycloneDX's, and about this version", () => {
  assert.equal(bomFormat, "CycloneDX");
  assert.deepEqual([metadata.component.name, metadata.component.version], ["interimap", packageJson.version]);
});

test("every package inside the programs is listed with its version", async () => {
  const bundled = await bundledPackages();
  assert.ok(bundled.length > 40, "found too few: has esbuild's report changed?");
  for (const { name, version } of bundled) assert.ok(listed.has(`${name}@${version}`), `${name}@${version}`);
});

test("so is what npm installs beside them, and SQLite, which one of these contains", () => {
  for (const [name, version] of Object.entries(packageJson.dependencies)) assert.ok(listed.has(`${name}@${version}`));
  for (const name of ["bindings", "sqlite"])
    assert.ok(
      components.some((one) => one.name === name),
      name,
    );
});

test("tools are not listed", () => {
  for (const name of ["typescript", "eslint", "esbuild", "playwright-core"])
    assert.ok(!components.some((one) => one.name === name), name);
});

test("each component has a licence, and depends on listed ones only", () => {
  for (const one of components) assert.ok((one.licenses ?? []).length > 0, one["bom-ref"]);
  for (const { ref, dependsOn } of dependencies) {
    if (ref === metadata.component["bom-ref"]) continue;
    assert.ok(listed.has(ref), ref);
    for (const other of dependsOn) assert.ok(listed.has(other), `${ref} -> ${other}`);
  }
});

test("nothing in it depends on when it is made", () => {
  assert.doesNotMatch(JSON.stringify({ metadata, components }), /timestamp|serialNumber/);
});

test("an npm that cannot make one is told apart from one that fails", async (t) => {
  const { PATH } = process.env;
  t.after(() => (process.env["PATH"] = PATH));
  for (const [script, expected] of [
    ["echo 'Unknown command: \"sbom\"'; exit 1", NoBillOfMaterials],
    ["echo broken >&2; exit 1", /failed: broken/],
  ] as const) {
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, "npm"), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, "npm"), 0o755);
    process.env["PATH"] = [directory, PATH].join(delimiter);
    await assert.rejects(billOfMaterials(), expected);
  }
});

test("packing makes it", () => {
  assert.match(packageJson.scripts.prepack, /npm run (?:--silent )?sbom/);
});
