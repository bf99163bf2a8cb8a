import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replaceFile, replacePrivately } from "../../../src/files/replace-file.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const ways = [(path: string) => replaceFile(path, "new", 0o600), (path: string) => replacePrivately(path, "new")];

for (const [i, replace] of ways.entries()) {
  test(`files and links are replaced, or made (${i})`, () => {
    const directory = scratchDirectory("replace");
    const [file, link] = [join(directory, "file"), join(directory, "link")];
    replace(file);
    symlinkSync(file, link);
    writeFileSync(file, "old");
    replace(link);
    assert.deepEqual([readFileSync(file, "utf8"), readFileSync(link, "utf8")], ["old", "new"]);
    replace(file);
    assert.equal(readFileSync(file, "utf8"), "new");
  });

  test(`what is no file stays (${i})`, () => {
    const directory = scratchDirectory("replace");
    const pipe = join(directory, "pipe");
    assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
    assert.throws(() => {
      replace(pipe);
    }, /^Error: it is a pipe$/);
    assert.equal(lstatSync(pipe).isFIFO(), true);
    assert.deepEqual(readdirSync(directory), ["pipe"]);
  });
}
