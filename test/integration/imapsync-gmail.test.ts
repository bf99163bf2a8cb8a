// The presets for Gmail, with a model of it at one end and a server with mailboxes of their own at the other.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { german } from "../support/gmail/system-mailboxes.ts";
import { startGmail } from "../support/gmail-server.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, mail, twoStores } from "../support/two-stores.ts";

const uses = { Sent: "\\Sent", Trash: "\\Trash", Junk: "\\Junk", Drafts: "\\Drafts" };
const boxes = Object.entries(uses).map(([name, use]) => `  mailbox ${name} {\n    special_use = ${use}\n  }`);

const { dovecot, gmail, germanGmail } = await startAll({
  dovecot: startDovecot({ extraConfig: `namespace inbox {\n${boxes.join("\n")}\n}` }),
  gmail: startGmail(),
  germanGmail: startGmail({ localNames: german }),
});

async function folders(server: typeof dovecot): Promise<Record<string, string[]>> {
  const { mailboxes } = await snapshot(server);
  const all = [...mailboxes].map(([name, messages]): [string, string[]] => [
    name.replaceAll("\0", "/"),
    messages.map(({ messageId }) => messageId.replace(/^<|@example\.org>$/g, "")).toSorted(),
  ]);
  return Object.fromEntries(all.filter(([, messages]) => messages.length > 0));
}

for (const [language, server] of [
  ["English", gmail],
  ["German", germanGmail],
] as const)
  test(`--gmail1: each message once, folders by their use, and the rest in All Mail (${language})`, async (t) => {
    const stores = await twoStores(t, { local: server, remote: dovecot });
    await command(stores.local, "CREATE work", "CREATE work/sub");
    await command(stores.remote, ...Object.keys(uses).map((name) => `CREATE ${name}`));
    await deliver(stores.local, "INBOX", mail("i1"), mail("i2"));
    await command(stores.local, "SELECT INBOX", "COPY 1 work/sub");
    const account = stores.local;
    const { mailboxes } = await snapshot(account);
    const sent = [...mailboxes.keys()].find((name) => /Sent Mail|Gesendet/.test(name))!.replaceAll("\0", "/");
    await deliver(stores.local, sent, mail("s1"));
    const options = ["--gmail1", "--nossl1", "--host1", "127.0.0.1"];
    const first = await runImapsync(stores, options);
    assert.equal(first.code, 0, first.lines.join("\n"));
    assert.deepEqual(await folders(stores.remote), { INBOX: ["i1", "i2"], Sent: ["s1"] });
    const order = first.lines.flatMap((line) => /^Folder +\d+\/\d+ \[(.*?)\] /.exec(line)?.[1] ?? []);
    assert.ok(order.indexOf("INBOX") < order.indexOf("work/sub"));
    const second = await runImapsync(stores, options);
    assert.deepEqual([second.code, second.figure("Messages transferred")], [0, "0"]);
  });

test("--gmail2: names without what Gmail does not take, folders by their use", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: gmail });
  await command(stores.local, 'CREATE "a / b"', 'CREATE "it\'s"', "CREATE Sent", "CREATE Trash");
  await deliver(stores.local, "INBOX", mail("i1"));
  await deliver(stores.local, "a / b", mail("a1"));
  await deliver(stores.local, "it's", mail("q1"));
  await deliver(stores.local, "Sent", mail("s1"));
  const options = ["--gmail2", "--nossl2", "--host2", "127.0.0.1"];
  const first = await runImapsync(stores, options);
  assert.equal(first.code, 0, first.lines.join("\n"));
  const { "[Gmail]/All Mail": all, ...others } = await folders(stores.remote);
  assert.deepEqual(all, ["a1", "i1", "q1", "s1"]);
  assert.deepEqual(others, { INBOX: ["i1"], "[Gmail]/Sent Mail": ["s1"], "a/b": ["a1"], it_s: ["q1"] });
  const second = await runImapsync(stores, options);
  assert.deepEqual([second.code, second.figure("Messages transferred")], [0, "0"]);
});
