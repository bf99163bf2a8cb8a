// docs/providers.md: the sections that it recommends are valid, its tests exist, and it leaves nobody wondering which way a
// provider gets.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadConfig } from "../../../src/config/config.ts";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/providers.md", root), "utf8");

const directory = mkdtempSync(join(tmpdir(), "interimap-providers-"));
after(() => rmSync(directory, { recursive: true }));

/** The rows of the table below a heading, without its head, as cells. */
function rowsBelow(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

for (const [, text = ""] of page.matchAll(/^```ini\n(.*?)^```$/gms)) {
  const host = /^host = (\S+)$/m.exec(text)?.[1];
  test(`the section for ${host} is a valid configuration`, () => {
    const file = join(directory, "config");
    writeFileSync(file, `${text}\n[local]\ntype = tunnel\ncommand = true\n`, { mode: 0o600 });
    const { transport } = loadConfig({ env: {}, home: directory, file }).servers.remote;
    assert.ok("host" in transport);
    assert.equal(transport.host, host);
  });
}

test("what was tested here names tests that exist", () => {
  const rows = rowsBelow("Tested here");
  assert.ok(rows.length > 4);
  for (const [server = "", , , tests = ""] of rows) {
    const paths = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
    assert.ok(paths.length > 0, server);
    for (const path of paths) assert.ok(existsSync(new URL(path, root)), path);
  }
});

test("each provider has a host and a way, and is there once", () => {
  const rows = rowsBelow("From documents");
  const names = rows.map(([name = ""]) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of ["Gmail", "Microsoft 365", "iCloud", "Fastmail", "Stalwart", "Proton Mail Bridge"])
    assert.ok(names.includes(name), name);
  for (const [name, host = "", way = ""] of rows) {
    assert.notEqual(host, "", name);
    assert.match(way, /^(?:QRESYNC|CONDSTORE|full look|by what it lists)$/, name);
  }
});
