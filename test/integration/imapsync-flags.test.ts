// A server that loses the flags of what is appended.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

const { host1, host2 } = await startAll({ host1: startDovecot(), host2: startDovecot() });

function loseFlags(stores: TwoStores): void {
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    always: true,
    action: (line) => ({ instead: line.replace(/(APPEND \S+) \([^)]*\)/, "$1 ()") }),
  });
}

for (const [args, expected] of [
  [[], ["m1", "m2", "m3"]],
  [["--syncflagsaftercopy"], ["m1 \\seen", "m2 \\flagged work", "m3"]],
] as const) {
  test(`flags are lost, and ${args.length === 0 ? "missing" : "set once more"}`, async (t) => {
    const stores = await twoStores(t, { local: host1, remote: host2 });
    await deliver(
      stores.local,
      "INBOX",
      mail("m1", { flags: ["\\Seen"] }),
      mail("m2", { flags: ["\\Flagged", "work"] }),
      mail("m3"),
    );
    loseFlags(stores);
    // One APPEND a message, so that each is seen to.
    const { code, lines } = await runImapsync(stores, [...args, "--maxmessagespersecond", "1000"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.deepEqual(await contents(stores.remote), expected);
  });
}
