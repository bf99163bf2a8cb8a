import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { findConfigurations } from "../../../src/config/find-configurations.ts";
import { scratchDirectory } from "../../support/scratch.ts";

const text = "[local]\n[remote]\n";

function namesIn(
  files: Readonly<Record<string, string>>,
  more: (directory: string) => void = () => undefined,
): string[] {
  const directory = scratchDirectory("configurations");
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(directory, name), contents);
  more(directory);
  return findConfigurations(directory).map(({ name }) => name);
}

test("configurations only, the usual one first", () => {
  const others = { password: "secret\n", "me.pem": "-----BEGIN CERTIFICATE-----\n", empty: "" };
  const found = namesIn({ b: text, config: text, "alice@example.net": text, ...others }, (directory) => {
    mkdirSync(join(directory, "folder"));
    execFileSync("mkfifo", [join(directory, "pipe")]);
    symlinkSync("/nonexistent", join(directory, "nowhere"));
  });
  assert.deepEqual(found, ["config", "alice@example.net", "b"]);
});

test("what editors and packages leave, and what was put aside, is none", () => {
  const leftovers = [".a.swp", "a~", "#a#", "a.bak", "a.orig", "a.dpkg-old", "a.rpmsave", "a.disabled", "A.OLD"];
  assert.deepEqual(namesIn({ a: text, ...Object.fromEntries(leftovers.map((name) => [name, text])) }), ["a"]);
});

test("one with mistakes is one all the same, however its lines end", () => {
  assert.deepEqual(namesIn({ a: "[local]\n", b: "junk\r[ remote ]\rjunk", c: "# [local]\n" }), ["a", "b"]);
});

test("a file with two names counts once", () => {
  assert.deepEqual(
    namesIn({ work: text }, (directory) => {
      symlinkSync("work", join(directory, "config"));
    }),
    ["config"],
  );
});

test("a directory that is not there is an error", () => {
  assert.throws(() => findConfigurations("/nonexistent"), { code: "CONFIG_MISSING", message: /no such directory/ });
});
