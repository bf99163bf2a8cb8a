// What is said for diagnosis, and to whom.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CopyEvent } from "../../../../src/copier/events.ts";
import { runLog } from "../../../../src/copier/report/run-log.ts";

interface Debugging {
  readonly debug?: boolean;
  readonly debugimap1?: boolean;
  readonly debugimap2?: boolean;
}

function said({ debug = false, debugimap1 = false, debugimap2 = false }: Debugging): readonly CopyEvent[] {
  const events: CopyEvent[] = [];
  const log = runLog({ debug, debugimap1, debugimap2 }, (event) => events.push(event));
  if (log.traffic) {
    log.debug("C: a NOOP", { side: "local" });
    log.debug("C: b NOOP", { side: "remote" });
  }
  log.info("of neither");
  log.warn("unprotected", { side: "remote" });
  return events;
}

const notice = (text: string, host?: 1 | 2, isWarning = false): CopyEvent => ({
  type: "notice",
  text,
  ...(host === undefined ? {} : { host }),
  isWarning,
});

test("warnings are always shown, and nothing else unless it is asked for", () => {
  const warning = notice("unprotected", 2, true);
  assert.deepEqual(said({}), [warning]);
  assert.deepEqual(said({ debug: true }), [notice("of neither"), warning]);
});

test("traffic is that of the host that was asked for", () => {
  const warning = notice("unprotected", 2, true);
  assert.deepEqual(said({ debugimap1: true }), [notice("C: a NOOP", 1), warning]);
  assert.deepEqual(said({ debugimap2: true }), [notice("C: b NOOP", 2), warning]);
  assert.equal(said({ debugimap1: true, debugimap2: true }).length, 3);
});
