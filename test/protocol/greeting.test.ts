// A server that does not greet is none, or waits for TLS. It is not waited for as long as one that works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connect } from "../../src/imap/connect.ts";
import { withScript } from "../support/scripted-server.ts";
import { failsWith, recordedLog, serverSettings } from "./fixture.ts";

test("silence instead of a greeting: the line has a word on TLS", async () => {
  await withScript("", async ({ port }) => {
    const options = { side: "remote", log: recordedLog(), keepAlive: false, timeoutMs: 1_000 } as const;
    await assert.rejects(
      connect(serverSettings(port), options),
      failsWith("CONNECT", /^127\.0\.0\.1:\d+ sends no greeting; .*type=imaps$/),
    );
  });
});
