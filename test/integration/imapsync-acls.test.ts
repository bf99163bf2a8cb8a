// `--syncacls` on real servers: who may do what on host1 may do it on host2.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { asClient, command, deliver, mail, twoStores } from "../support/two-stores.ts";

const { host1, host2, plain } = await startAll({
  host1: startDovecot({ acl: true }),
  host2: startDovecot({ acl: true }),
  plain: startDovecot(),
});

/** Of those that the server itself does not grant. */
async function rightsTo(server: MailServer, folder: string, identifier: string): Promise<string | undefined> {
  const list = await asClient(server, async (imap) => (await imap.run(`GETACL ${folder}`)).untagged);
  return new RegExp(`"?${identifier}"? ([a-z]+)`).exec(list.map(({ line }) => line).join("\n"))?.[1];
}

const letters = (rights = ""): string =>
  [...rights]
    .filter((letter) => !"cd".includes(letter))
    .sort()
    .join("");

test("rights of others travel, and those of the two users do not", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE team", "SETACL team ann lrs", "SETACL team bob lrswi");
  await command(stores.remote, "CREATE team", "SETACL team bob lr", "SETACL team eve lrs");
  await deliver(stores.local, "team", mail("m1"));
  const dry = await runImapsync(stores, ["--syncacls", "--dry"]);
  assert.equal(dry.code, 0, dry.lines.join("\n"));
  assert.match(
    dry.lines.join("\n"),
    /^folder team of host2: ann gets the rights lrs \(not really since --dry mode\)$/m,
  );
  assert.equal(await rightsTo(stores.remote, "team", "ann"), undefined);

  const { code, lines } = await runImapsync(stores, ["--syncacls"]);
  assert.equal(code, 0, lines.join("\n"));
  assert.equal(letters(await rightsTo(stores.remote, "team", "ann")), "lrs");
  assert.equal(letters(await rightsTo(stores.remote, "team", "bob")), "ilrsw");
  assert.equal(letters(await rightsTo(stores.remote, "team", "eve")), "lrs");

  const again = await runImapsync(stores, ["--syncacls"]);
  assert.equal(
    again.lines.find((line) => line.includes("gets the rights")),
    undefined,
  );
});

test("a server that has no such lists is named once, and messages are copied", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: plain });
  await command(stores.local, "SETACL INBOX ann lrs", "CREATE A");
  await deliver(stores.local, "INBOX", mail("m1"));
  const { code, lines, figure } = await runImapsync(stores, ["--syncacls"]);
  assert.deepEqual([code, figure("Messages transferred")], [0, "1"]);
  const warnings = lines.filter((line) => line.includes("warning: "));
  assert.deepEqual(warnings, [
    "Host2: warning: the server has no access control lists (ACL): nobody gets rights to a folder",
  ]);
});

test("without the option, nobody gets rights", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE team", "SETACL team ann lrs");
  await runImapsync(stores);
  assert.equal(await rightsTo(stores.remote, "team", "ann"), undefined);
});
