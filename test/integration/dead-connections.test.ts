// Connections that die without a word while nothing happens, in a daemon that is to notice soon: within the time of
// keep-alive-interval and then silence-timeout. With the usual times: recovery-silence.test.ts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { startGated } from "../support/gated-stores.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail } from "../support/two-stores.ts";
import { becomeIdentical, becomes } from "../support/watching.ts";
import { assertNothingToDo } from "./converge.ts";

const { local, remote, lesser } = await startAll({
  local: startDovecot(),
  remote: startDovecot({ separator: "." }),
  lesser: startDovecot({ withoutCapabilities: ["NOTIFY"] }),
});

const settings = { "keep-alive-interval": "1", "silence-timeout": "5" };

describe("a dead connection", { concurrency: 2 }, () => {
  for (const [what, pair] of [
    ["that waits for reports (NOTIFY)", { local, remote }],
    ["that idles in a mailbox (IDLE)", { local, remote: lesser }],
  ] as const) {
    test(`${what} is noticed when it is used, and made again`, async (t) => {
      // Nobody asks for changes before an hour is over.
      const stores = await startGated(t, pair, { args: ["--notify", "--watch=3600"], settings });
      stores.gates.remote.forget();
      await deliver(stores.remote, "INBOX", mail("meanwhile"));
      const line = await stores.daemon.line(/no answer/);
      assert.match(line, /^remote: no answer for 5 s; trying again in \d+ s$/);
      await stores.daemon.line(/^remote: Connected again/);
      await becomes(() => contents(stores.local), ["meanwhile"]);
      await deliver(stores.remote, "INBOX", mail("then"));
      await becomes(() => contents(stores.local), ["meanwhile", "then"]);
      await becomeIdentical(stores);
      await stores.daemon.waits();
      await stores.daemon.stop();
      await assertNothingToDo(stores);
    });
  }
});
