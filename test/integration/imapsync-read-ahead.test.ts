// Headers are read together with sizes, and count as long as nothing has happened since.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { command, contents, deliver, expunge, mail, mails, store, twoStores } from "../support/two-stores.ts";

const dovecot = await startDovecot();
const servers = { local: dovecot, remote: dovecot };

test("where nothing is to be done, each host is asked for its messages once", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE A");
  for (const name of ["INBOX", "A"]) await deliver(stores.local, name, ...mails(name, 3));
  await runImapsync(stores);
  for (const proxy of [stores.proxies.local, stores.proxies.remote]) proxy.reset();
  const { code, lines } = await runImapsync(stores);
  assert.equal(code, 0, lines.join("\n"));
  assert.match(lines.join("\n"), /Host1 folder +1\/2 \[A\] +Size: +[1-9][0-9]* Messages: +3 /);
  for (const { counts } of [stores.proxies.local, stores.proxies.remote]) assert.equal(counts.get("FETCH"), 2);
});

for (const [change, make] of [
  ["a flag", (stores) => store(stores.local, "2 +FLAGS (\\Flagged)", "A")],
  ["a new message", (stores) => deliver(stores.local, "A", mail("new"))],
  ["a message that went", (stores) => expunge(stores.local, "1", "A")],
] as readonly (readonly [string, (stores: Awaited<ReturnType<typeof twoStores>>) => Promise<void>])[]) {
  test(`what happens on host1 between the sizes and the copy is taken into account: ${change}`, async (t) => {
    const stores = await twoStores(t, servers);
    await command(stores.local, "CREATE A");
    await deliver(stores.local, "A", ...mails("m", 3));
    await runImapsync(stores);
    const pattern = / EXAMINE A/;
    stores.hold("local", "client", {
      pattern,
      action: () => {
        stores.hold("local", "client", { pattern, action: () => make(stores) });
      },
    });
    const { code, lines } = await runImapsync(stores, ["--delete2"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.deepEqual(await contents(stores.remote, "A"), await contents(stores.local, "A"));
  });
}

test("a folder whose headers end each connection to host1 costs its own messages only", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE Bad", "CREATE Z");
  for (const name of ["Bad", "INBOX", "Z"]) await deliver(stores.local, name, mail(name[0]!));
  let isBad = false;
  stores.hold("local", "client", {
    pattern: / EXAMINE | UID FETCH .*HEADER/,
    always: true,
    action: (line) => {
      const isOpening = line.includes("EXAMINE");
      if (isOpening) isBad = line.includes("Bad");
      return isBad && !isOpening ? "cut" : undefined;
    },
  });
  const { code, lines } = await runImapsync(stores, ["--reconnectretry1", "1"]);
  assert.equal(code, 10, lines.join("\n"));
  assert.match(lines.join("\n"), /^Err 1\/50: could not copy folder Bad to folder Bad: /m);
  assert.deepEqual(await contents(stores.remote, "INBOX"), ["I"]);
  assert.deepEqual(await contents(stores.remote, "Z"), ["Z"]);
});
