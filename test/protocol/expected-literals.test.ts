// Literals are kept as far as they were asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/imap/command.ts";
import type { FetchResponse } from "../../src/imap/responses.ts";
import { command, withSession } from "./fixture.ts";

const fetching = (brings: number | undefined, into: FetchResponse[]): Command =>
  command("UID FETCH 1:9 BODY[]", {
    overlap: "selected",
    ...(brings !== undefined && { brings }),
    claim: (response) => response.kind === "fetch" && response.body !== undefined && into.push(response) > 0,
  });

const kib = 1024;
const sent = (uid: number, octets: number): string =>
  `S: * ${uid} FETCH (UID ${uid} BODY[] {${octets}}\nS: ${"x".repeat(octets)})`;

for (const [what, brings, sizes, taken] of [
  ["as much as was asked for", 300 * kib, [100 * kib, 200 * kib], [true, true]],
  ["more than was asked for, in one message", 300 * kib, [301 * kib, 5 * kib], [false, true]],
  ["more than was asked for, in several", 300 * kib, [200 * kib, 101 * kib, 100 * kib], [true, false, true]],
  ["much that was not expected", undefined, [64 * kib, 64 * kib + 1], [true, false]],
] as const) {
  test(`${what}: no more than that is kept`, async () => {
    const answers: FetchResponse[] = [];
    const script = `C: t1 UID FETCH 1:9 BODY[]\n${sizes.map((size, i) => sent(i + 1, size)).join("\n")}\nS: t1 OK`;
    await withSession(script, (session) => session.run(fetching(brings, answers)));
    assert.deepEqual(
      answers.map(({ uid, body, passedOver }) => [uid, body?.length, passedOver]),
      sizes.map((size, i) => (taken[i] ? [i + 1, size, undefined] : [i + 1, undefined, size])),
    );
  });
}
