// Mailboxes that hold copies of others' messages take no part, on whichever side they are, unless the user wants them.

import assert from "node:assert/strict";
import { otherSide, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { plainText, runInterimap } from "../support/run-interimap.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { inTurn } from "../support/turns.ts";
import { command, contents, deliver, expunge, mails, twoStores } from "../support/two-stores.ts";
import { becomes, startWatching } from "../support/watching.ts";
import { assertNothingToDo } from "./converge.ts";

const onOne = inTurn(sides);

const { using, plain } = await startAll({
  using: startDovecot({
    extraConfig: `namespace inbox {
      mailbox "Every/All Mail" {
        special_use = \\All
      }
      mailbox "Every/Starred" {
        special_use = \\Flagged
      }
      mailbox "Every/Sent" {
        special_use = \\Sent
      }
    }`,
  }),
  plain: startDovecot(),
});

async function names(server: Parameters<typeof snapshot>[0]): Promise<string[]> {
  return [...(await snapshot(server)).mailboxes.keys()].map((name) => name.replaceAll("\0", "/")).sort();
}

const places = ["Every/All Mail", "Every/Starred", "Every/Sent"];

for (const side of sides) {
  const test = onOne(side);
  const other = otherSide(side);
  const servers = side === "local" ? { local: using, remote: plain } : { local: plain, remote: using };

  test(`on the ${side} server they are left out, which is said once`, async (t) => {
    const stores = await twoStores(t, servers);
    await command(stores[side], ...places.map((name) => `CREATE "${name}"`));
    for (const name of places) await deliver(stores[side], name, ...mails(name.at(-1)!, 1));
    const first = await runInterimap(stores.home);
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.stderr, new RegExp(`^${side}: Not synchronised .*"Every/All Mail", "Every/Starred"`, "m"));
    assert.deepEqual(
      (await names(stores[other])).filter((name) => name !== "Every"),
      ["Every/Sent", "INBOX"],
    );
    await deliver(stores[side], "Every/All Mail", ...mails("new", 1));
    const second = await runInterimap(stores.home);
    assert.deepEqual([second.status, second.stderr], [0, ""]);
    await assertNothingToDo(stores);
    // Also where patterns on the command line match them; by their names they take part.
    assert.equal((await runInterimap(stores.home, ["Every/*"])).status, 0);
    assert.ok(!(await names(stores[other])).includes("Every/All Mail"));
    assert.equal((await runInterimap(stores.home, ["Every/Starred"])).status, 0);
    assert.deepEqual(await contents(stores[other], "Every\0Starred"), ["d1"]);
    assert.ok(!(await names(stores[other])).includes("Every/All Mail"));
  });

  test(`on the ${side} server, what has become left out keeps its mail on both`, async (t) => {
    const stores = await twoStores(t, servers, { settings: { "skip-special-use": "" } });
    await command(stores[side], ...places.map((name) => `CREATE "${name}"`));
    await deliver(stores[side], "Every/All Mail", ...mails("m", 3));
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await contents(stores[other], "Every\0All Mail"), ["m1", "m2", "m3"]);
    const { local, remote } = stores.proxies;
    const configure = (settings = {}): void => {
      stores.home.configure({ local: plainText(local.server), remote: plainText(remote.server), settings });
    };
    configure();
    await expunge(stores[side], "1", "Every/All Mail");
    await command(stores[other], 'DELETE "Every/Starred"');
    for (const args of [[], [], ["--repair"]]) {
      const { status, stderr } = await runInterimap(stores.home, args);
      assert.equal(status, 0, stderr);
    }
    assert.deepEqual(await contents(stores[other], "Every\0All Mail"), ["m1", "m2", "m3"]);
    assert.ok((await names(stores[side])).includes("Every/Starred"));
    assert.ok(!(await names(stores[other])).includes("Every/Starred"));
    // Taken in again, it goes on where it was.
    configure({ "skip-special-use": "\\Flagged" });
    assert.equal((await runInterimap(stores.home)).status, 0);
    assert.deepEqual(await contents(stores[other], "Every\0All Mail"), ["m2", "m3"]);
  });

  test(`on the ${side} server, news of them cause nothing`, async (t) => {
    const stores = await startWatching(t, servers, {
      prepare: (made) => command(made[side], ...places.map((name) => `CREATE "${name}"`)),
    });
    await deliver(stores[side], "Every/All Mail", ...mails("a", 1));
    await deliver(stores[side], "Every/Sent", ...mails("s", 1));
    await becomes(() => contents(stores[other], "Every\0Sent"), ["s1"]);
    assert.ok(!(await names(stores[other])).includes("Every/All Mail"));
    await stores.daemon.stop();
  });
}
