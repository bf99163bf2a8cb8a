// Servers that tell less than there is, or what cannot be: nothing is deleted on their word, and no run ends as if all were well.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Side } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

const { host1, host2 } = await startAll({ host1: startDovecot(), host2: startDovecot() });
const servers = { local: host1, remote: host2 };

test("a folder that host1 lists in a line nobody can read is an error, and --delete2folders deletes nothing", async (t) => {
  const stores = await twoStores(t, servers);
  for (const side of [stores.local, stores.remote]) {
    await command(side, "CREATE Lost");
    await deliver(side, "Lost", mail("kept"));
  }
  stores.hold("local", "server", {
    pattern: /^\* LIST .*Lost/,
    always: true,
    action: () => ({ instead: String.raw`* LIST (\HasNoChildren "/" Lost` }),
  });
  const { code, lines } = await runImapsync(stores, ["--delete2folders"]);
  assert.notEqual(code, 0, lines.join("\n"));
  assert.match(
    lines.join("\n"),
    /could not copy a folder of host1, which the server lists in a line that cannot be read/,
  );
  assert.deepEqual(await contents(stores.remote, "Lost"), ["kept"]);
});

test("what host1 leaves out of one list is not deleted on host2", async (t) => {
  const stores = await twoStores(t, servers);
  for (const side of [stores.local, stores.remote]) {
    await command(side, "CREATE Late");
    await deliver(side, "Late", mail("kept"));
  }
  stores.hold("local", "server", { pattern: /^\* LIST .*Late/, action: () => ({ instead: "* OK" }) });
  const { lines } = await runImapsync(stores, ["--delete2folders"]);
  assert.deepEqual(await contents(stores.remote, "Late"), ["kept"], lines.join("\n"));
});

test("folders that go to INBOX by two spellings of its name do not delete each other's messages", async (t) => {
  const stores = await twoStores(t, servers);
  await command(stores.local, "CREATE Other");
  await deliver(stores.local, "INBOX", mail("one"));
  await deliver(stores.local, "Other", mail("two"));
  const args = ["--f1f2", "Other=inbox", "--delete2"];
  for (let run = 0; run < 2; run++) assert.equal((await runImapsync(stores, args)).code, 0);
  assert.deepEqual(await contents(stores.remote), ["one", "two"]);
});

/** Of its messages the server tells only the first of what it is asked for all at once; or for any, `always`. */
function leaveOut(stores: TwoStores, side: Side, always = false): void {
  const pattern = / UID FETCH .*RFC822\.SIZE/;
  const action = (line: string): { instead: string } => ({ instead: line.replace(/UID FETCH \S+/, "UID FETCH 1") });
  stores.hold(side, "client", { pattern, always, action });
}

for (const args of [[], ["--useuid"]])
  test(`what a FETCH leaves out is asked for again ${args.join("")}`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", mail("one"), mail("two"));
    await runImapsync(stores, args);
    await deliver(stores.local, "INBOX", mail("three"));
    leaveOut(stores, "local");
    leaveOut(stores, "remote");
    const { code, lines } = await runImapsync(stores, [...args, "--nofoldersizes"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.deepEqual(await contents(stores.remote), ["one", "three", "two"], lines.join("\n"));
  });

for (const side of ["local", "remote"] as const)
  test(`what ${side === "local" ? "host1" : "host2"} always leaves out is an error, and neither copied twice nor deleted`, async (t) => {
    const stores = await twoStores(t, servers);
    const both = [mail("one"), mail("two")];
    await deliver(stores.local, "INBOX", ...both);
    await deliver(stores.remote, "INBOX", ...both);
    leaveOut(stores, side, true);
    const { code, lines } = await runImapsync(stores, ["--nofoldersizes", "--nofoldersizesatend", "--delete2"]);
    assert.notEqual(code, 0, lines.join("\n"));
    assert.match(lines.join("\n"), /the server leaves messages 2 out of what it tells/);
    assert.deepEqual(await contents(stores.remote), ["one", "two"]);
  });

test("--delete1 keeps a message whose copy is marked, and goes with --expunge2", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", mail("only"), mail("two"));
  await deliver(stores.remote, "INBOX", mail("only", { flags: ["\\Deleted"] }), mail("two"));
  const { code, lines } = await runImapsync(stores, ["--delete1", "--expunge2", "--noresyncflags"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [["only"], ["two"]]);
});

for (const side of ["local", "remote"] as const) {
  const host = side === "local" ? "host1" : "host2";
  test(`what ${host} neither removes nor tells of is not counted as deleted`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores[side], "INBOX", mail("one"), mail("two"));
    if (side === "local") await runImapsync(stores);
    stores.hold(side, "client", {
      pattern: / UID EXPUNGE /,
      always: true,
      action: (line) => {
        // From now on it leaves the second one out of what it tells.
        stores.hold(side, "server", {
          pattern: /^\* \d+ FETCH .*\bUID 2\b/,
          always: true,
          action: () => ({ instead: "* OK" }),
        });
        return { instead: line.replace(/EXPUNGE .*/, "EXPUNGE 1") };
      },
    });
    const { code, lines, figure } = await runImapsync(stores, [side === "local" ? "--delete1" : "--delete2"]);
    assert.notEqual(code, 0, lines.join("\n"));
    assert.equal(figure(`Messages deleted on ${host}`), "1");
    assert.match(lines.join("\n"), /could not delete messages in folder INBOX of host[12]: .* still there/);
    stores.release(side);
    assert.deepEqual((await contents(stores[side])).length, 1);
  });
}
