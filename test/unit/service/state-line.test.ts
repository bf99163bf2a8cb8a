import assert from "node:assert/strict";
import { test } from "node:test";
import type { LinkState, WatchState } from "../../../src/model/watch-state.ts";
import { stateLine } from "../../../src/service/state-line.ts";

const connected: LinkState = { state: "connected", since: 0, connections: 1, detection: "notify" };
const connecting: LinkState = { state: "connecting", since: 0, connections: 0 };
const lost: LinkState = { state: "waiting", since: 0, connections: 1, retryAt: 5, reason: "connection refused" };

function state(more: Partial<WatchState> = {}): WatchState {
  return {
    pid: 1,
    startedAt: 0,
    sides: { local: connected, remote: connected },
    activity: "waiting",
    looks: 1,
    mailboxesSynchronised: 0,
    ...more,
  };
}

const look = { at: 0, durationMs: 10, mailboxesSkipped: [] };

const lines: readonly (readonly [state: WatchState, line: string])[] = [
  [state(), "Connected, watching"],
  [state({ lastLook: { ...look, skipped: 0 } }), "Connected, watching"],
  [state({ lastLook: { ...look, skipped: 2 } }), "Connected, watching; 2 skipped"],
  [state({ sides: { local: connecting, remote: connected } }), "Connecting to the local server"],
  [
    state({ sides: { local: connecting, remote: connecting } }),
    "Connecting to the local server; Connecting to the remote server",
  ],
  [
    state({ sides: { local: connected, remote: lost }, lastLook: { ...look, skipped: 2 } }),
    "No connection to the remote server: connection refused",
  ],
  [
    state({ sides: { local: connecting, remote: lost } }),
    "Connecting to the local server; No connection to the remote server: connection refused",
  ],
  [state({ activity: "stopping" }), "Finishing the work in hand"],
  [state({ activity: "stopping", sides: { local: lost, remote: lost } }), "Finishing the work in hand"],
];

for (const [given, line] of lines) {
  test(line, () => {
    assert.equal(stateLine(given), line);
  });
}

test("work, looks and time make no other line", () => {
  const before = stateLine(state());
  const later = state({
    activity: "synchronising",
    looks: 9,
    mailboxesSynchronised: 100,
    lastLook: { ...look, at: 99, skipped: 0 },
    nextLookAt: 100,
    sides: { local: { ...connected, since: 7, connections: 3 }, remote: connected },
  });
  assert.equal(stateLine(later), before);
});
