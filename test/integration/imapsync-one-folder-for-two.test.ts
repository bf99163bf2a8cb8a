// Two folders of host1 that are one on host2, whatever the reason: neither deletes what the other one brought.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { command, contents, deliver, expunge, mail, type TwoStores, twoStores } from "../support/two-stores.ts";

const dovecot = await startDovecot();

/** Host2 takes names for one that differ in case, and lists that one as `kept`. */
async function folding(t: TestContext, kept: string): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  stores.hold("remote", "client", {
    pattern: /^\S+ (?:CREATE|SELECT|EXAMINE|STATUS|DELETE|APPEND|SUBSCRIBE|UNSUBSCRIBE) "?work/i,
    always: true,
    action: (line) => ({ instead: line.replace(/work/i, kept) }),
  });
  await command(stores.local, "CREATE Work", "CREATE work");
  await deliver(stores.local, "Work", mail("upper1"), mail("upper2"));
  await deliver(stores.local, "work", mail("lower1"), mail("both"));
  await deliver(stores.local, "Work", mail("both"));
  return stores;
}

const all = ["both", "lower1", "upper1", "upper2"];

for (const kept of ["Work", "work", "WORK"]) {
  test(`--delete2: folders that differ in case, where host2 calls both ${kept}`, async (t) => {
    const stores = await folding(t, kept);
    await command(stores.remote, `CREATE ${kept}`);
    await deliver(stores.remote, kept, mail("gone"));
    await runImapsync(stores, ["--delete2"]);
    assert.deepEqual(await contents(stores.remote, kept), all);
    await expunge(stores.local, "1", "work");
    const second = await runImapsync(stores, ["--delete2"]);
    assert.equal(second.code, 0, second.lines.join("\n"));
    assert.equal(second.figure("Messages transferred"), "0");
    assert.deepEqual(await contents(stores.remote, kept), all.toSpliced(1, 1), second.lines.join("\n"));
  });

  test(`--delete2folders spares the folder that host2 calls ${kept}`, async (t) => {
    const stores = await folding(t, kept);
    await command(stores.remote, "CREATE Strange");
    for (const args of [
      ["--delete2folders", "--exclude", "^work$"],
      ["--delete2folders", "--exclude", "(?i)^work$"],
    ])
      for (let run = 0; run < 2; run++) await runImapsync(stores, args);
    assert.deepEqual(await contents(stores.remote, kept), ["both", "upper1", "upper2"]);
    assert.deepEqual([...(await snapshot(stores.remote)).mailboxes.keys()].toSorted(), ["INBOX", kept].toSorted());
  });
}

test("--useuid: of equal messages in folders that go to one, each has its own copy", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await command(stores.local, "CREATE A", "CREATE B");
  const args = ["--useuid", "--f1f2", "A=INBOX", "--f1f2", "B=INBOX", "--delete2"];
  const copied = async () => {
    const { code, lines, figure } = await runImapsync(stores, args);
    assert.equal(code, 0, lines.join("\n"));
    return [figure("Messages transferred"), figure("Messages deleted on host2")];
  };
  const flagged = (body: string) => mail("m", { body, flags: ["\\Flagged"] });
  await deliver(stores.local, "B", flagged("one"));
  assert.deepEqual(await copied(), ["1", "0"]);
  // Read before the other one.
  await deliver(stores.local, "A", mail("m", { body: "two" }));
  assert.deepEqual(await copied(), ["1", "0"]);
  await deliver(stores.local, "INBOX", mail("m", { body: "three" }));
  assert.deepEqual(await copied(), ["1", "0"]);
  assert.deepEqual(await copied(), ["0", "0"]);
  assert.deepEqual(await contents(stores.remote), ["m", "m", "m \\flagged"]);
});

test("a message of two folders that go to one has the flags that it has in the first", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await command(stores.local, "CREATE A", "CREATE B");
  await deliver(stores.local, "A", mail("m", { flags: ["\\Seen"] }));
  await deliver(stores.local, "B", mail("m", { flags: ["\\Flagged"] }));
  for (let run = 0; run < 2; run++) {
    const { code, lines } = await runImapsync(stores, ["--f1f2", "A=INBOX", "--f1f2", "B=INBOX"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.doesNotMatch(lines.join("\n"), /flags set/);
    assert.deepEqual(await contents(stores.remote), ["m \\seen"]);
  }
  await expunge(stores.local, "1", "A");
  await runImapsync(stores, ["--f1f2", "A=INBOX", "--f1f2", "B=INBOX"]);
  assert.deepEqual(await contents(stores.remote), ["m \\flagged"]);
});

for (const memory of [[], ["--useuid"]])
  test(`--delete2: what host2 lists under two names is one folder ${memory.join("")}`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    await command(stores.local, "CREATE One", "CREATE Two");
    await command(stores.remote, "CREATE One");
    await deliver(stores.local, "One", mail("one"));
    await deliver(stores.local, "Two", mail("two"));
    await deliver(stores.remote, "One", mail("one"), mail("two"));
    stores.hold("remote", "client", {
      pattern: /^\S+ (?:SELECT|EXAMINE|STATUS|APPEND) "?Two/,
      always: true,
      action: (line) => ({ instead: line.replace("Two", "One") }),
    });
    // Each line of the list once more, under the other name.
    stores.hold("remote", "server", {
      pattern: /^\* (?:LIST|STATUS) .*\bOne\b/,
      always: true,
      action: (line) => ({ instead: `${line}\r\n${line.replace("One", "Two")}` }),
    });
    for (let i = 0; i < 2; i++) {
      const { code, lines } = await runImapsync(stores, ["--delete2", ...memory]);
      assert.notEqual(code, 0, lines.join("\n"));
      assert.match(lines.join("\n"), /nothing is deleted in folder (?:One|Two): .* the same folder/);
      assert.deepEqual(await contents(stores.remote, "One"), ["one", "two"], lines.join("\n"));
    }
  });

test("--delete2: folders that are alike, but two, do not spare each other's messages", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  for (const side of [stores.local, stores.remote]) {
    await command(side, "CREATE One", "CREATE Two");
    for (const name of ["One", "Two"]) await deliver(side, name, mail(`${name}1`), mail(`${name}2`));
  }
  for (const name of ["One", "Two"]) await expunge(stores.local, "1", name);
  // As servers do that know no other UIDVALIDITY.
  stores.hold("remote", "server", {
    pattern: /UIDVALIDITY \d+/,
    always: true,
    action: (line) => ({ instead: line.replace(/UIDVALIDITY \d+/, "UIDVALIDITY 1") }),
  });
  const { code, lines } = await runImapsync(stores, ["--delete2"]);
  assert.equal(code, 0, lines.join("\n"));
  for (const name of ["One", "Two"]) assert.deepEqual(await contents(stores.remote, name), [`${name}2`]);
});
