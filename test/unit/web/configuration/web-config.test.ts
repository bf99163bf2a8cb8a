import assert from "node:assert/strict";
import { chmodSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { InterimapError } from "../../../../src/model/errors.ts";
import { parseWebArguments } from "../../../../src/web/command/options.ts";
import { openStateDirectory } from "../../../../src/web/command/state-directory.ts";
import { loadWebConfig, type WebConfig } from "../../../../src/web/configuration/web-config.ts";
import { makeCertificate } from "../../../support/certificate.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

const directory = scratchDirectory("web-config");
const env = { HOME: directory };

function load(text: string, more: NodeJS.ProcessEnv = {}): WebConfig {
  const file = join(directory, "config");
  writeFileSync(file, text, { mode: 0o600 });
  return loadWebConfig({ file, listen: undefined, env: { ...env, ...more } });
}

function complaintsOf(text: string): readonly string[] {
  try {
    load(text);
  } catch (error) {
    if (error instanceof InterimapError) return error.parts.map(({ message }) => message.replace(directory, ""));
    throw error;
  }
  assert.fail("nothing is wrong");
}

test("without a file all is as by default: for this machine only, and to no private address", () => {
  const config = loadWebConfig({ file: undefined, listen: undefined, env });
  assert.deepEqual(config.listen, { address: "127.0.0.1", port: 8993 });
  assert.deepEqual(config.targets, { allowsPrivate: false, ports: [143, 993] });
  assert.deepEqual([config.operatorToken, config.publicOrigin, config.endsWithTab], [undefined, undefined, false]);
  assert.equal(config.stateDirectory, join(directory, ".local/share/interimap/web"));
  assert.ok(config.maxJobs >= 2);
});

test("all that is wrong is said at once, with its line, in the order of the lines", () => {
  assert.deepEqual(
    complaintsOf("listen = example.org\n[section]\nmax-jobs = 0\nallow-port = 1\nend-with-tab = maybe\nnonsense\n"),
    [
      '/config:1: listen: bad value "example.org"; expected ADDRESS:PORT, such as 127.0.0.1:8993 or [::1]:8993',
      "/config:2: unknown section [section]; expected settings only",
      '/config:3: max-jobs: bad value "0"; expected a number from 1 to 1000',
      '/config:4: unknown setting "allow-port"; did you mean "allow-ports"?',
      '/config:5: end-with-tab: bad value "maybe"; expected YES or NO',
      "/config:6: this is not a setting, section or comment; expected NAME = VALUE, [SECTION] or # COMMENT",
    ],
  );
});

test("a setting that is set twice counts as it is set last, with a warning", () => {
  const config = load("max-jobs = 3\nmax-jobs = 4\n");
  assert.equal(config.maxJobs, 4);
  assert.match(config.warnings.join(), /:1: "max-jobs" has no effect here: line 2 sets it again/);
});

for (const [text, name, value] of [
  ["listen = [::1]:0", "listen", { address: "::1", port: 0 }],
  ["allow-ports = any", "targets", { allowsPrivate: false, ports: undefined }],
  ["allow-ports = imaps 1143", "targets", { allowsPrivate: false, ports: [993, 1143] }],
  ["public-origin = https://Example.org:8443", "publicOrigin", "https://example.org:8443"],
  ["trusted-proxies = 10.0.0.0/8 ::1", "trustedProxies", ["10.0.0.0/8", "::1"]],
  [
    "allow-origins = https://a.example http://b.example:81",
    "allowedOrigins",
    ["https://a.example", "http://b.example:81"],
  ],
  ["allow-hosts = *.Example.org imap.example.net", "allowedHosts", ["*.example.org", "imap.example.net"]],
  ["max-octets = 3 GiB", "limits", { octets: 3 * 2 ** 30, seconds: 604_800 }],
  ["max-load = 1.5", "maxLoad", 1.5],
] as const) {
  test(text, () => assert.deepEqual(load(`${text}\n`)[name], value));
}

for (const text of [
  "listen = 127.0.0.1",
  "listen = 127.0.0.1:65536",
  "public-origin = https://example.org/path",
  "public-origin = ftp://example.org",
  "trusted-proxies = proxy.example.org",
  "trusted-proxies = 10.0.0.0/33",
  "allow-origins = *",
  "allow-ports =",
  "allow-ports = 0",
  "max-load = 0",
  "max-octets = 12 parsecs",
  "keep-jobs = -1",
]) {
  test(`no: ${text}`, () => assert.equal(complaintsOf(`${text}\n`).length, 1));
}

test("a certificate comes with its key, and both must fit and be nobody else's to change", () => {
  const { certificateFile, keyFile } = makeCertificate(directory);
  const text = `certificate = ${certificateFile}\ncertificate-key = ${keyFile}\n`;
  assert.match(load(text).certificate?.cert ?? "", /BEGIN CERTIFICATE/);
  assert.match(complaintsOf(`certificate = ${certificateFile}\n`).join(), /it cannot be used/);
  assert.match(complaintsOf(`certificate = ${join(directory, "none")}\n`).join(), /cannot be read \(ENOENT\)/);
  chmodSync(keyFile, 0o666);
  assert.match(complaintsOf(text).join(), /can be changed by others/);
});

test("the operator's token is the first line of its file, and long enough not to be guessed", () => {
  const file = join(directory, "token");
  writeFileSync(file, "0123456789abcdefghij\nsecond\n", { mode: 0o600 });
  assert.equal(load(`operator-token-file = ${file}\n`).operatorToken, "0123456789abcdefghij");
  writeFileSync(file, "short\n");
  const [complaint = ""] = complaintsOf(`operator-token-file = ${file}\n`);
  assert.match(complaint, /less than 20 characters/);
  assert.doesNotMatch(complaint, /short$/);
});

test("the state directory is that of systemd, unless one is named", () => {
  const bySystemd = { STATE_DIRECTORY: "/var/lib/imapsync-web:/var/lib/other" };
  assert.equal(load("", bySystemd).stateDirectory, "/var/lib/imapsync-web");
  assert.equal(load("state-directory = ~/jobs\n", bySystemd).stateDirectory, join(directory, "jobs"));
});

test("the state directory is made for this user only; one that others look into, or lead to, is refused", () => {
  const path = join(directory, "made", "state");
  openStateDirectory(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  chmodSync(path, 0o755);
  assert.throws(() => openStateDirectory(path), { code: "CONFIG_UNSAFE", message: /can be looked into by others/ });
  const shared = join(directory, "shared");
  mkdirSync(shared);
  chmodSync(shared, 0o777);
  assert.throws(() => openStateDirectory(join(shared, "state")), { code: "CONFIG_UNSAFE" });
  symlinkSync("/proc/nowhere", join(directory, "link"));
  assert.throws(() => openStateDirectory(join(directory, "link", "state")), { code: "FILE_CREATE" });
});

for (const [words, expected] of [
  [[], { command: "serve", config: undefined, listen: undefined }],
  [["--config", "x", "--check"], { command: "check", config: "x", listen: undefined }],
  [["--listen=127.0.0.1:0"], { command: "serve", config: undefined, listen: { address: "127.0.0.1", port: 0 } }],
  [["--help", "--check"], { command: "help", config: undefined, listen: undefined }],
] as const) {
  test(`arguments: ${words.join(" ")}`, () => assert.deepEqual(parseWebArguments(words), expected));
}

for (const words of [["x"], ["--conf"], ["--config"], ["--listen", "here"], ["--check=yes"], ["--", "x"]]) {
  test(`no arguments: ${words.join(" ")}`, () => assert.throws(() => parseWebArguments(words), { code: "USAGE" }));
}
