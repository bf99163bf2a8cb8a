import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { constants } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { secureContext, versionOptions } from "../../../../src/imap/transport/tls-context.ts";
import { tlsSettings } from "../../../support/inet-settings.ts";

function range(settings: Parameters<typeof tlsSettings>[0]): string {
  const { minVersion, maxVersion } = versionOptions(tlsSettings(settings));
  return `${minVersion} to ${maxVersion}`;
}

test("offers what Node offers unless told otherwise", () => {
  assert.equal(range({}), "TLSv1.2 to TLSv1.3");
  assert.equal(range({ minVersion: "TLSv1.3" }), "TLSv1.3 to TLSv1.3");
  assert.equal(range({ maxVersion: "TLSv1.2" }), "TLSv1.2 to TLSv1.2");
  assert.equal(range({ minVersion: "SSLv3" }), "TLSv1 to TLSv1.3");
});

test("old versions are there for those who ask for nothing else", () => {
  assert.equal(range({ maxVersion: "TLSv1.1" }), "TLSv1 to TLSv1.1");
  assert.equal(range({ versions: ["TLSv1"] }), "TLSv1 to TLSv1");
});

test("SSL_protocols may leave a gap, and the bounds cut it further", () => {
  const versions = ["TLSv1.1", "TLSv1.3"] as const;
  const gap = versionOptions(tlsSettings({ versions }));
  assert.equal(range({ versions }), "TLSv1.1 to TLSv1.3");
  const isOff = (option: number): boolean => (gap.secureOptions & option) !== 0;
  const { SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3 } = constants;
  const options = [SSL_OP_NO_TLSv1, SSL_OP_NO_TLSv1_1, SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3];
  assert.deepEqual(options.map(isOff), [true, false, true, false]);
  assert.equal(range({ versions, minVersion: "TLSv1.2" }), "TLSv1.3 to TLSv1.3");
});

test("without cipher suites there is no TLS 1.3", () => {
  assert.equal(range({ cipherSuites: "" }), "TLSv1.2 to TLSv1.2");
});

test("refuses settings that leave nothing", () => {
  for (const settings of [
    { versions: ["SSLv3"] },
    { maxVersion: "SSLv3" },
    { minVersion: "TLSv1.3", maxVersion: "TLSv1.2" },
    { versions: ["TLSv1.2"], minVersion: "TLSv1.3" },
    { cipherSuites: "", minVersion: "TLSv1.3" },
  ] as const) {
    assert.throws(() => versionOptions(tlsSettings(settings)), { code: "CONFIG_INVALID", exitCode: 78 });
  }
});

test("is made once for each server, and again after a failure", async () => {
  const settings = tlsSettings();
  assert.equal(await secureContext(settings), await secureContext(settings));
  const wrong = tlsSettings({ caFile: "/nonexistent" });
  const first = secureContext(wrong);
  await assert.rejects(first, { code: "CONFIG_INVALID" });
  const second = secureContext(wrong);
  assert.notEqual(second, first);
  await assert.rejects(second, { code: "CONFIG_INVALID" });
});

test("authorities come from files: nobody waits for the other end of a pipe, or for the end of a device", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "interimap-tls-"));
  t.after(() => {
    rmSync(directory, { recursive: true });
  });
  const pipe = join(directory, "0123abcd.0");
  execFileSync("mkfifo", [pipe]);
  for (const [settings, kind] of [
    [{ caFile: pipe }, "a pipe"],
    [{ caPath: directory }, "a pipe"],
    [{ caFile: "/dev/zero" }, "a device"],
    [{ caFile: directory }, "a directory"],
  ] as const) {
    await assert.rejects(secureContext(tlsSettings(settings)), {
      code: "CONFIG_INVALID",
      message: new RegExp(`^SSL_CA(file|path): cannot read .* is ${kind}$`),
    });
  }
});
