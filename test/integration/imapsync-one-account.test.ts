// One account that is given twice, as people do who copy a line and forget to change it: nothing is lost.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { sides } from "../../src/model/side.ts";
import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { type ImapsyncResult, runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import {
  command,
  contents,
  deliver,
  mail,
  mails,
  type TwoStores,
  twoStores,
  userNames,
} from "../support/two-stores.ts";
import { uidValidityOf } from "../support/uid-validity.ts";

const hasAll = isCyrusInstalled() && isCourierInstalled();
const servers = await startAll({
  dovecot: startDovecot(),
  other: startDovecot(),
  ...(hasAll && { cyrus: startCyrus({ users: userNames }), courier: startCourier() }),
});

const never = "Cyrus or Courier is not installed";

/** Host1 on both sides. */
async function onOne(t: TestContext, server: MailServer): Promise<TwoStores> {
  const stores = await twoStores(t, { local: server, remote: server });
  return { ...stores, remote: stores.local, proxies: { ...stores.proxies, remote: stores.proxies.local } };
}

const slashed = (name: string): string => name.replaceAll("\0", "/");

function spared({ lines }: ImapsyncResult): string[] {
  return lines.flatMap((line) => /^Err \d+\/50: nothing is deleted in folder (\S+) of host1/.exec(line)?.[1] ?? []);
}

for (const name of ["dovecot", "cyrus", "courier"] as const)
  for (const args of [[], ["--noexpunge1"], ["--useuid"]])
    test(
      `${name}: --delete1 ${args.join("")} deletes nothing`,
      { skip: name !== "dovecot" && !hasAll && never },
      async (t) => {
        const stores = await onOne(t, servers[name]!);
        await deliver(stores.local, "INBOX", mail("m1", { flags: ["\\Deleted"] }), mail("m2"));
        const result = await runImapsync(stores, ["--delete1", ...args]);
        assert.deepEqual([result.code, spared(result)], [111, ["INBOX"]], result.lines.join("\n"));
        assert.deepEqual(await contents(stores.local), ["m1 \\deleted", "m2"]);
      },
    );

test("--dry --delete1 announces what a run without --dry would do, or says that it does not know", async (t) => {
  const stores = await onOne(t, servers.dovecot);
  await deliver(stores.local, "INBOX", ...mails("m", 2));
  const sure = await runImapsync(stores, ["--dry", "--delete1"]);
  assert.deepEqual([sure.code, spared(sure)], [111, ["INBOX"]], sure.lines.join("\n"));
  assert.doesNotMatch(sure.lines.join("\n"), /not really since --dry/);
  const unsure = await runImapsync(stores, ["--dry", "--delete1", "--host2", "localhost"]);
  assert.equal(unsure.code, 0, unsure.lines.join("\n"));
  assert.match(unsure.lines.join("\n"), /folder INBOX of host2 may be the same folder as INBOX of host1/);
  assert.deepEqual(await contents(stores.local), ["m1", "m2"]);
});

/** One whose INBOXes differ in their UIDVALIDITY. */
async function userOfTwo(stores: TwoStores): Promise<string> {
  for (let n = 1; ; n++) {
    const user = `same${n}`;
    const [here, there] = await Promise.all(sides.map((side) => uidValidityOf(asUser(stores[side], user), "INBOX")));
    if (here !== there) return user;
  }
}

test("--subfolder2 leaves nothing out where two servers have one name, as behind tunnels", async (t) => {
  const { dovecot, other } = servers;
  const stores = await twoStores(t, { local: dovecot, remote: other });
  const user = await userOfTwo(stores);
  const account = asUser(stores.local, user);
  await command(account, "CREATE Saved");
  await deliver(account, "Saved", ...mails("s", 2));
  const args = ["--user1", user, "--user2", user, "--subfolder2", "Saved"];
  const { figure, lines } = await runImapsync(stores, args);
  assert.equal(figure("Messages transferred"), "2", lines.join("\n"));
});

test("--delete1 moves messages to another folder of the account", async (t) => {
  const stores = await onOne(t, servers.dovecot);
  await command(stores.local, "CREATE A", "CREATE B");
  await deliver(stores.local, "A", ...mails("a", 2));
  await deliver(stores.local, "B", ...mails("b", 2));
  const { code, lines } = await runImapsync(stores, ["--delete1", "--folder", "A", "--f1f2", "A=B"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual(
    [await contents(stores.local, "A"), await contents(stores.local, "B")],
    [[], ["a1", "a2", "b1", "b2"]],
  );
});

test("--delete1 deletes on a server of which host2 is a copy, with the same numbers", async (t) => {
  const stores = await twoStores(t, { local: servers.dovecot, remote: servers.dovecot });
  await deliver(stores.local, "INBOX", mail("m1", { flags: ["\\Deleted"] }), mail("m2"));
  await runImapsync(stores);
  for (const side of ["local", "remote"] as const)
    stores.hold(side, "server", {
      pattern: /UIDVALIDITY \d+/,
      always: true,
      action: (line) => ({ instead: line.replace(/UIDVALIDITY \d+/, "UIDVALIDITY 7") }),
    });
  const { code, lines } = await runImapsync(stores, ["--delete1"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual([await contents(stores.local), await contents(stores.remote)], [[], ["m1 \\deleted", "m2"]]);
});

test("--subfolder2 of the account itself: copies are not copied deeper with each run, unless somebody asks for it", async (t) => {
  const stores = await onOne(t, servers.dovecot);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", ...mails("a", 2));
  const names = ["A", "INBOX", "Saved", "Saved/A", "Saved/INBOX"];
  for (const copied of ["2", "0"]) {
    const { code, lines, figure } = await runImapsync(stores, ["--subfolder2", "Saved"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.equal(figure("Messages transferred"), copied);
    assert.deepEqual([...(await snapshot(stores.local)).mailboxes.keys()].map(slashed).sort(), names);
  }
  const chosen = await runImapsync(stores, ["--subfolder2", "Saved", "--folder", "Saved/A"]);
  assert.equal(chosen.figure("Messages transferred"), "2", chosen.lines.join("\n"));
  assert.equal((await snapshot(stores.local)).mailboxes.get("Saved\0Saved\0A")?.length, 2);
});
