// What a daemon says of itself, and when.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { WatchState } from "../../../src/model/watch-state.ts";
import { WatchStatus } from "../../../src/watch/watch-status.ts";

const second = 1_000;

function watchStatus(): { readonly status: WatchStatus; readonly published: WatchState[] } {
  const published: WatchState[] = [];
  const status = new WatchStatus({
    linkState: () => ({ state: "connected", since: 0, connections: 1 }),
    onChange: (state) => published.push(state),
  });
  return { status, published };
}

test("each change is published, when it can be seen already", () => {
  const { status, published } = watchStatus();
  status.enter("synchronising");
  status.noteSynchronised(2);
  status.noteLook({ at: 1, durationMs: 2, skipped: 0, mailboxesSkipped: [] });
  status.publish();
  assert.deepEqual(
    published.map(({ activity, looks, mailboxesSynchronised }) => [activity, looks, mailboxesSynchronised]),
    [
      ["synchronising", 0, 0],
      ["synchronising", 0, 2],
      ["synchronising", 1, 2],
      ["synchronising", 1, 2],
    ],
  );
});

test("the next look is named only while it is waited for", () => {
  const { status } = watchStatus();
  assert.equal(status.current.nextLookAt, undefined);
  const before = Date.now();
  status.wait(60 * second);
  const { nextLookAt = 0, activity } = status.current;
  assert.equal(activity, "waiting");
  assert.ok(nextLookAt >= before + 60 * second && nextLookAt <= Date.now() + 60 * second);
  status.enter("connecting");
  assert.equal(status.current.nextLookAt, undefined);
});

test("the next look is no farther away when the clock is put back", (t) => {
  let [wall, steady] = [1_700_000_000_000, 5_000];
  t.mock.method(Date, "now", () => wall);
  t.mock.method(performance, "now", () => steady);
  const { status } = watchStatus();
  status.wait(60 * second);
  wall -= 365 * 86_400 * second;
  steady += 10 * second;
  const left = (status.current.nextLookAt ?? 0) - wall;
  assert.ok(left >= 50 * second && left < 51 * second, String(left));
});
