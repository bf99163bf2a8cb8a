// A large copy uses a second connection to the target, and nobody can tell from the result.

import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { after, before, describe, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { asUser, type MailServer } from "../support/mail-server.ts";
import { appendAll } from "../support/mail-store.ts";
import { makeMail } from "../support/message-generator.ts";
import { seededRandom } from "../support/random.ts";
import { type AppendMessage, RawImap } from "../support/raw-imap.ts";
import { makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../support/snapshot.ts";
import { startTrafficProxy } from "../support/traffic-proxy.ts";

describe("a mailbox of 24 MB", () => {
  let source: MailServer;
  let target: MailServer;

  before(async () => {
    [source, target] = await Promise.all([startDovecot(), startDovecot({ quota: "500M" })]);
    const imap = await RawImap.login(source);
    await appendAll(imap, "INBOX", mails(2400, 10_000));
    await imap.close();
  });

  after(async () => {
    await Promise.all([source.stop(), target.stop()]);
  });

  test("is copied over two connections, in the order of the source", async () => {
    const proxy = await startTrafficProxy(asUser(target, "two"));
    const { stderr, status } = await copy(proxy.server);
    assert.equal(status, 0, stderr);
    assert.equal(proxy.connections, 2);
    assert.deepEqual(await messageIds(asUser(target, "two")), await messageIds(source));
    assert.deepEqual(diffSnapshots(await snapshot(source), await snapshot(asUser(target, "two"))), []);
    await proxy.stop();
  });

  test("is copied over one where the server allows no second", async () => {
    const narrow = await startDovecot({ extraConfig: "mail_max_userip_connections = 1" });
    const { stderr, status } = await copy(narrow);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await messageIds(narrow), await messageIds(source));
    await narrow.stop();
  });

  test("is copied up to the server's quota, and what is refused does not disturb the order", async () => {
    const small = await startDovecot({ quota: "20M" });
    const { stderr, status } = await copy(small);
    assert.equal(status, 1, stderr);
    const wanted = await messageIds(source);
    const arrived = await messageIds(small);
    assert.ok(arrived.length > 1500 && arrived.length < 2400, String(arrived.length));
    const positions = arrived.map((id) => wanted.indexOf(id));
    assert.deepEqual(
      positions,
      positions.toSorted((a, b) => a - b),
    );
    await small.stop();
  });

  test("is copied over one connection without the messages that the server does not want, the others in their order", async () => {
    const imap = await RawImap.login(asUser(source, "large"));
    const random = seededRandom(8);
    const written = Array.from({ length: 1500 }, (_, i) => makeMail(random, { size: i % 60 === 20 ? 20_000 : 8_000 }));
    await appendAll(imap, "INBOX", written);
    await imap.close();
    // Where the machine is busy, all of the next batch may be on its way by then.
    let isWithdrawn = false;
    for (let attempt = 0; attempt < 5 && !isWithdrawn; attempt++) isWithdrawn = await copyToPicky();
    assert.ok(isWithdrawn, "what was under way was withdrawn");
  });

  /** Returns whether a message was withdrawn that was under way. */
  async function copyToPicky(): Promise<boolean> {
    const picky = await startDovecot({ quota: "500M", extraConfig: "plugin {\n  quota_max_mail_size = 15k\n}" });
    // However fast the target refuses the first batch, the next one is on its way by then.
    const onTheirWay = new EventEmitter();
    const next = once(onTheirWay, "2");
    let appends = 0;
    const proxy = await startTrafficProxy(picky, {
      onClientLine: (line) => {
        if (/^\S+ APPEND /.test(line)) onTheirWay.emit(String(++appends));
      },
      onServerLine: async (line) => {
        if (/^\S+ NO /.test(line)) await next;
      },
    });
    const home = makeHome({ local: asUser(source, "large"), remote: { ...plainText(proxy.server), connections: "1" } });
    const { stderr, status } = await runInterimap(home);
    assert.equal(status, 1, stderr);
    assert.equal(proxy.connections, 1);
    const wanted = await messageIds(asUser(source, "large"));
    assert.deepEqual(
      await messageIds(picky),
      wanted.filter((_, i) => i % 60 !== 20),
    );
    home.remove();
    await Promise.all([proxy.stop(), picky.stop()]);
    return proxy.clientLines.some((line) => /^ \{0\+\}/.test(line));
  }

  async function copy(to: MailServer): Promise<{ readonly status: number | null; readonly stderr: string }> {
    const home = makeHome({ local: source, remote: to });
    const result = await runInterimap(home);
    home.remove();
    return result;
  }
});

function* mails(count: number, size: number): Generator<AppendMessage> {
  const random = seededRandom(7);
  for (let made = 0; made < count; made++) yield makeMail(random, { size });
}

async function messageIds(server: MailServer): Promise<string[]> {
  const imap = await RawImap.login(server);
  await imap.run("EXAMINE INBOX");
  const { untagged } = await imap.run("UID FETCH 1:4294967295 BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]");
  await imap.close();
  return untagged.flatMap(({ literals }) => literals.map(String));
}
