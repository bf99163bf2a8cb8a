// Gmail to Gmail, as a model server has it: messages get their labels, and are copied once.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type GmailServer, startGmail } from "../support/gmail-server.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { command, contents, deliver, mail, twoStores } from "../support/two-stores.ts";

let host1: GmailServer;
let host2: GmailServer;

before(async () => {
  [host1, host2] = await Promise.all([startGmail(), startGmail()]);
});

after(() => Promise.all([host1.stop(), host2.stop()]));

const appends = (): number => host2.commands.filter((line) => / APPEND /i.test(line)).length;

const byMessageId = ["--useheader", "Message-Id"];
const withLabels = [...byMessageId, "--synclabels", "--resynclabels"];

test("a message under two labels is copied once, with both; a label that it gets later follows", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE A", "CREATE B", 'CREATE "C \\"c\\""');
  await deliver(stores.local, "A", mail("m1"), mail("m2"));
  await command(stores.local, "SELECT A", "COPY 1 B");
  const before = appends();
  const dry = await runImapsync(stores, [...withLabels, "--dry"]);
  assert.equal(dry.code, 0, dry.lines.join("\n"));
  assert.equal(appends(), before);

  const first = await runImapsync(stores, withLabels);
  assert.equal(first.code, 0, first.lines.join("\n"));
  assert.deepEqual([await contents(stores.remote, "A"), await contents(stores.remote, "B")], [["m1", "m2"], ["m1"]]);
  assert.equal(appends() - before, 2);
  assert.ok(first.lines.includes("Host2: msg A/1 labels added (B)"), first.lines.join("\n"));

  await command(stores.local, "SELECT A", 'COPY 1:2 "C \\"c\\""');
  const kept = await runImapsync(stores, [...byMessageId, "--synclabels", "--folder", "A"]);
  assert.equal(kept.code, 0);
  assert.deepEqual(await contents(stores.remote, 'C "c"'), []);
  const later = await runImapsync(stores, [...withLabels, "--folder", "A", "--folder", "B"]);
  assert.equal(later.code, 0, later.lines.join("\n"));
  assert.deepEqual(await contents(stores.remote, 'C "c"'), ["m1", "m2"]);
  assert.equal(appends() - before, 2);
});

test("without the options nothing is said of labels", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", mail("m1"));
  const from = host2.commands.length;
  const { code } = await runImapsync(stores, byMessageId);
  assert.equal(code, 0);
  assert.ok(!host2.commands.slice(from).some((line) => /X-GM-LABELS/.test(line)));
});
