import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serviceUnit } from "../../../src/cli/unit-file.ts";
import { scratchDirectory } from "../../support/scratch.ts";

test("the unit of the very package is named, also where the program is a link", () => {
  const directory = scratchDirectory("unit-file");
  for (const folder of ["package/dist", "package/systemd", "bin"])
    mkdirSync(join(directory, folder), { recursive: true });
  const unit = join(directory, "package/systemd/interimap.service");
  writeFileSync(join(directory, "package/dist/interimap.js"), "");
  symlinkSync("../package/dist/interimap.js", join(directory, "bin/interimap"));
  const program = join(directory, "bin/interimap");
  assert.equal(serviceUnit(program), "interimap");
  writeFileSync(unit, "");
  assert.equal(serviceUnit(program), unit);
  assert.equal(serviceUnit(join(directory, "nowhere")), "interimap");
});
