// A folder that is taken away while it is copied, or whose place another takes: its UIDs are other messages, or none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mails, twoStores, userNames } from "../support/two-stores.ts";

const { dovecot, cyrus } = await startAll({
  dovecot: startDovecot(),
  cyrus: startCyrus({ users: userNames, deleteMode: "delayed" }),
});

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

for (const acts of [["RENAME A B"], ["DELETE A"], ["DELETE A", "CREATE A"]])
  for (const count of [1, 5])
    test(`Cyrus as host1: after ${acts.join(", ")} during the copy, ${count === 1 ? "its message" : "messages"} have not just vanished`, async (t) => {
      const stores = await twoStores(t, { local: cyrus, remote: dovecot });
      await command(stores.local, "CREATE A");
      await deliver(stores.local, "A", ...mails("old", count));
      stores.hold("local", "client", {
        pattern: / UID FETCH .*BODY(?:\.PEEK)?\[\]/,
        action: () => command(stores.local, ...acts),
      });
      const { code, lines } = await runImapsync(stores, ["--delete1"]);
      assert.equal(code, 115, lines.join("\n"));
      // Cyrus may also deliver nothing instead of refusing; then they are asked for again.
      const asked = stores.proxies.local.clientLines.map((line) => line.replace(/^\S+ /, ""));
      for (const part of asked.join("\n").split(/^UID FETCH .*$/m)) {
        const searches = part.split("\n").filter((line) => line.startsWith("UID SEARCH "));
        assert.deepEqual(searches, [...new Set(searches)], "no search is made twice");
      }
      if (acts[0] === "RENAME A B") assert.equal((await contents(stores.local, "B")).length, count);
    });
