// Files, systemd's credentials, and what of an output is the secret.

import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { secretFrom } from "../../../src/credentials/secret-from.ts";
import { InterimapError } from "../../../src/model/errors.ts";
import type { SecretSource } from "../../../src/model/secret-source.ts";
import { errorLine } from "../../support/error-line.ts";
import { removeScratch, scratchDirectory } from "../../support/scratch.ts";

const directory = scratchDirectory("secret-from");
after(() => removeScratch(directory));

function get(source: Exclude<SecretSource, { from: "text" }>): Promise<string> {
  const setting = `password-${source.from}`;
  const place = { setting, name: `${setting} in [local]` };
  return secretFrom(source, { place, mayAsk: false, signal: undefined });
}

let count = 0;

function file(contents: string | Buffer, mode = 0o600): string {
  const path = join(directory, `file-${String(++count)}`);
  writeFileSync(path, contents);
  chmodSync(path, mode);
  return path;
}

async function assertFails(asking: Promise<string>, line: RegExp): Promise<void> {
  await assert.rejects(asking, (error) => {
    assert.ok(error instanceof InterimapError, String(error));
    assert.equal(error.code, "CREDENTIALS");
    assert.match(errorLine(error), line);
    assert.doesNotMatch(errorLine(error), /s3cret/);
    return true;
  });
}

for (const [what, contents, secret] of [
  ["the first line only", "s3cret\nlogin: joe\n", "s3cret"],
  ["without a line break", "s3cret", "s3cret"],
  ["CRLF", "s3cret\r\nmore\r\n", "s3cret"],
  ["blanks are part of it", " s3 cret \n", " s3 cret "],
  ["UTF-8", "pä ß\n", "pä ß"],
  ["the mark that some editors put in front", "\uFEFFs3cret\n", "s3cret"],
] as const) {
  test(`password-file: ${what}`, async () => {
    assert.equal(await get({ from: "file", path: file(contents) }), secret);
  });
  test(`password-command: ${what}`, async () => {
    assert.equal(await get({ from: "command", command: `cat ${file(contents)}` }), secret);
  });
}

for (const [what, contents, line] of [
  ["nothing", "", /(?:holds|printed) nothing in the first line; /],
  ["an empty first line", "\ns3cret\n", /nothing in the first line; /],
  ["an empty first line that ends in CRLF", "\r\ns3cret\r\n", /nothing in the first line; /],
  ["Latin-1", Buffer.from("s3cret\xe9", "latin1"), /no text in UTF-8; /],
  ["a NUL", "s3cret\0s3cret", /a NUL in the first line; /],
  ["no end", "s3cret".repeat(20_000), /more than 64 KiB; /],
] as const) {
  test(`no secret: ${what}`, async () => {
    await assertFails(get({ from: "file", path: file(contents) }), line);
    await assertFails(get({ from: "command", command: `cat ${file(contents)}` }), line);
  });
}

for (const mode of [0o640, 0o604, 0o660, 0o644, 0o610]) {
  test(`password-file: mode ${mode.toString(8)} is refused`, async () => {
    const path = file("s3cret\n", mode);
    const line = /^password-file in \[local\] \(.*\) can be (?:read by other users|changed by others); .*chmod/;
    await assertFails(get({ from: "file", path }), line);
  });
}

for (const mode of [0o600, 0o400, 0o700]) {
  test(`password-file: mode ${mode.toString(8)} is fine`, async () => {
    assert.equal(await get({ from: "file", path: file("s3cret\n", mode) }), "s3cret");
  });
}

test("password-file: a folder that others may write to is refused", async () => {
  const folder = join(directory, "open");
  mkdirSync(folder);
  writeFileSync(join(folder, "password"), "s3cret", { mode: 0o600 });
  chmodSync(folder, 0o777);
  await assertFails(get({ from: "file", path: join(folder, "password") }), /is in .*, which others may write to; /);
});

test("password-file: a link of one's own is followed, and what it leads to is judged", async () => {
  const [good, bad] = [file("s3cret"), file("s3cret", 0o644)];
  symlinkSync(good, join(directory, "good"));
  symlinkSync(bad, join(directory, "bad"));
  linkSync(good, join(directory, "hard"));
  assert.equal(await get({ from: "file", path: join(directory, "good") }), "s3cret");
  assert.equal(await get({ from: "file", path: join(directory, "hard") }), "s3cret");
  await assertFails(get({ from: "file", path: join(directory, "bad") }), /can be read by other users; /);
});

test("password-file: what is no file, or is not there", async () => {
  const missing = /cannot be read: there is no such file; check the setting password-file$/;
  await assertFails(get({ from: "file", path: join(directory, "missing") }), missing);
  await assertFails(get({ from: "file", path: directory }), /cannot be read: it is a directory; /);
});

test("password-credential: a file in systemd's directory, whatever its mode", async () => {
  const credentials = join(directory, "credentials");
  mkdirSync(credentials);
  writeFileSync(join(credentials, "imap"), "s3cret\n");
  chmodSync(join(credentials, "imap"), 0o440);
  assert.equal(await get({ from: "credential", name: "imap", directory: credentials }), "s3cret");
  const missing = get({ from: "credential", name: "other", directory: credentials });
  await assertFails(missing, /^password-credential in \[local\] \(other\) cannot be read: there is no such file; /);
});

test("password-credential: without systemd there are none", async () => {
  for (const none of [undefined, ""]) {
    const asking = get({ from: "credential", name: "imap", directory: none });
    await assertFails(asking, /\(imap\) cannot be read: CREDENTIALS_DIRECTORY is not set; .*LoadCredential=/);
  }
});
