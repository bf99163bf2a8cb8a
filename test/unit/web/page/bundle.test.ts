// What a visitor has to load, and that it needs nobody else.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { bundlePage } from "../../../../scripts/lib/bundle-page.ts";

describe("the files of the page", () => {
  let directory: string;
  let files: ReadonlyMap<string, string>;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "page-"));
    await bundlePage(directory);
    const names = await readdir(directory);
    files = new Map(
      await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), "utf8")] as const)),
    );
  });
  after(() => rm(directory, { recursive: true, force: true }));

  function only(ending: string): string {
    const found = [...files].filter(([name]) => name.endsWith(ending));
    assert.equal(found.length, 1, `${found.length} files end in ${ending}`);
    return found[0]![1];
  }

  test("are three, with names that change with what is in them", () => {
    const names = [...files.keys()].sort();
    assert.equal(names.length, 3);
    for (const name of names) assert.match(name, /^[a-z]+-[A-Z0-9]{8}\.(?:css|js|svg)$/);
  });

  test("are small", () => {
    const [script, style] = [only(".js"), only(".css")].map((text) => gzipSync(text).length);
    assert.ok(script! <= 26_000, `the script has ${script} octets`);
    assert.ok(style! <= 5_000, `the style has ${style} octets`);
  });

  test("come from nowhere else, and evaluate no text", () => {
    assert.doesNotMatch(only(".css"), /@import|url\(|https?:/);
    assert.doesNotMatch(only(".js"), /\beval\(|new Function\(|import\(/);
  });
});
