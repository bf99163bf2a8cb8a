// Options that exclude each other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { assertRefused, optionsOf } from "./options-of.ts";

test("what deletes on host1 does not go with what deletes on host2", () => {
  assertRefused(["--delete1", "--delete2"], /^--delete1 and --delete2 exclude each other$/);
  assertRefused(["--delete", "--delete2"], /^--delete1 and --delete2 exclude each other$/);
  assert.equal(optionsOf("--delete1", "--delete2", "--nodelete1").delete2, true);
});

test("a cache does not go with looking for messages in other folders", () => {
  assertRefused(["--usecache", "--skipcrossduplicates"], /^--usecache and/, /--noskipcrossduplicates/);
  assertRefused(["--useuid", "--skipcrossduplicates"], /^--useuid and/, /--nousecache/);
  assertRefused(["--gmail1", "--usecache", "--skipcrossduplicates"], /^--usecache and/);
  for (const more of ["--nousecache", "--noskipcrossduplicates"])
    assert.doesNotThrow(() => optionsOf("--useuid", "--skipcrossduplicates", more));
});

test("by UID, no message is a duplicate", () => {
  assertRefused(["--useuid", "--delete2duplicates"], /^--useuid and --delete2duplicates/);
});

test("what is searched for on host1 only does not decide what is deleted on host2, unless that is wanted", () => {
  const argv = ["--delete2", "--search1", "SEEN"];
  assertRefused(argv, /^--delete2 with --search1 deletes/, /--search, .* --dry, or add --yes/);
  assertRefused([...argv, "--search2", "ALL"], /^--delete2 with --search1/);
  for (const more of [["--search2", "SEEN"], ["--dry"], ["--yes"]])
    assert.doesNotThrow(() => optionsOf(...argv, ...more), more.join(" "));
  assert.doesNotThrow(() => optionsOf("--delete2", "--search", "SEEN"));
  assert.doesNotThrow(() => optionsOf("--delete2", "--search2", "SEEN"));
});

test("an administrator logs in for the user only where there is one", () => {
  assertRefused(["--proxyauth2"], /^--proxyauth2 needs --authuser2$/);
  assert.doesNotThrow(() => optionsOf("--proxyauth2", "--authuser2", "admin"));
});
