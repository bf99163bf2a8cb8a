// A folder that takes another's place while a connection is lost: its UIDs are other messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { command, contents, deliver, mails, twoStores } from "../support/two-stores.ts";

const dovecot = await startDovecot();

for (const side of ["local", "remote"] as const) {
  test(`${side === "local" ? "host1" : "host2"}: nothing is deleted or left behind by UIDs of before`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    await command(stores.local, "CREATE A");
    await deliver(stores.local, "A", ...mails("old", 3));
    stores.hold("remote", "client", {
      pattern: / APPEND /,
      action: () => {
        // The second one.
        stores.hold("remote", "client", {
          pattern: / APPEND /,
          action: async () => {
            await command(stores[side], "DELETE A", "CREATE A");
            if (side === "local") await deliver(stores.local, "A", ...mails("new", 3));
            stores.proxies.local.cutAll();
            return "cut" as const;
          },
        });
      },
    });
    // One message an APPEND.
    const { code, lines, figure } = await runImapsync(stores, ["--delete1", "--maxmessagespersecond", "1000"]);
    assert.equal(code, side === "local" ? 115 : 111, lines.join("\n"));
    assert.equal(figure("Messages deleted on host1"), "0");
    assert.match(lines.join("\n"), /could not copy folder A to folder A: .*UIDVALIDITY/);
    const left = side === "local" ? ["new1", "new2", "new3"] : ["old1", "old2", "old3"];
    assert.deepEqual(await contents(stores.local, "A"), left);
    const second = await runImapsync(stores, ["--delete1"]);
    assert.equal(second.code, 0);
    assert.deepEqual(await contents(stores.local, "A"), []);
    assert.deepEqual(await contents(stores.remote, "A"), side === "local" ? [...left, "old1"] : left);
  });
}
