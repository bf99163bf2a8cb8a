import assert from "node:assert/strict";
import { test } from "node:test";
import { otherWay } from "../../../../src/commands/init/other-way.ts";

const startTls = ["type", "imap"];
const unencrypted = ["STARTTLS", "NO"];

for (const { settings, code, setting } of [
  { settings: { host: "imap.example.org", port: "1143" }, code: "TLS", setting: startTls },
  { settings: { host: "imap.example.org" }, code: "TLS", setting: undefined },
  { settings: { host: "imap.example.org", port: "1143", type: "imaps" }, code: "TLS", setting: undefined },
  { settings: { host: "localhost", type: "imap" }, code: "STARTTLS_MISSING", setting: unencrypted },
  { settings: { host: "imap.example.org", type: "imap" }, code: "STARTTLS_MISSING", setting: undefined },
  { settings: { host: "localhost", type: "imap", STARTTLS: "YES" }, code: "STARTTLS_MISSING", setting: undefined },
  { settings: { host: "localhost", port: "1143" }, code: "AUTH_FAILED", setting: undefined },
] as const)
  test(`${JSON.stringify(settings)}, ${code}: ${setting?.join("=") ?? "no other way"}`, () => {
    const way = otherWay(new Map(Object.entries(settings)), { code, message: "", exitCode: 76 });
    assert.deepEqual(way?.setting, setting);
  });
