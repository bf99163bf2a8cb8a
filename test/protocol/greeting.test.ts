// A server that does not greet is none, or waits for TLS. It is not waited for as long as one that works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../support/eventually.ts";
import { withScript } from "../support/scripted-server.ts";
import { connectTo, failsWith, recordedLog, serverSettings } from "./fixture.ts";

test("silence instead of a greeting: the line has a word on TLS", async (t) => {
  const timeoutMs = 12_345;
  const limits: (() => void)[] = [];
  const { setTimeout } = globalThis;
  t.mock.method(globalThis, "setTimeout", (work: () => void, ms: number) =>
    ms === timeoutMs ? limits.push(work) : setTimeout(work, ms),
  );
  await withScript("", async ({ port }) => {
    const options = { side: "remote", log: recordedLog(), keepAlive: false, timeoutMs } as const;
    const refused = assert.rejects(
      connectTo(serverSettings(port), options),
      failsWith("CONNECT", /^127\.0\.0\.1:\d+ sends no greeting; .*type=imaps$/),
    );
    // The first limit is for the connection.
    await eventually("a limit for the greeting", () => limits.length === 2);
    limits[1]?.();
    await refused;
  });
});
