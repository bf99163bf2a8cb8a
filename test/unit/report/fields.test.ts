import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { fieldsOf } from "../../../src/report/fields.ts";
import type { SyncEvent } from "../../../src/sync/context/events.ts";

const here = { side: "local", mailbox: "a" } as const;
const error = new InterimapError("CONNECT", "no way");

const cases: readonly (readonly [event: SyncEvent, fields: object])[] = [
  [{ type: "mailbox-created", ...here }, {}],
  [
    { type: "messages-added", sourceUids: [7, 8, 9], uids: [3, 1, 2], ...here },
    { sourceUids: "7:9", uids: "1:3" },
  ],
  [{ type: "messages-removed", uids: uidSetOf([1, 2, 4]), ...here }, { uids: "1:2,4" }],
  [{ type: "dates-unkept", count: 4, ...here }, { count: 4 }],
  [
    { type: "surveyed", mailboxes: 2, copies: 1, octets: 5, deletions: 3, flagChanges: 4 },
    { mailboxes: 2, copies: 1, octets: 5, deletions: 3, flagChanges: 4 },
  ],
  [{ type: "mailbox-renamed", mailbox: "a", to: "b\0&AOk-" }, { to: "b/é" }],
  [
    { type: "database-upgraded", from: 1, to: 3, backup: "/x" },
    { from: 1, to: 3, backup: "/x" },
  ],
  [
    { type: "connection-failed", side: "remote", error, retryInMs: 5 },
    { code: "CONNECT", exitCode: 69, retryInMs: 5 },
  ],
];

for (const [event, fields] of cases) {
  test(`${event.type}: the rest of it, without side and mailbox`, () => {
    assert.deepEqual(fieldsOf(event), { event: event.type, ...fields });
  });
}
