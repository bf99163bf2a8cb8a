// How the copier knows messages again on real servers: by their headers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { texts } from "../support/message-texts.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, deliver, expunge, mail, twoStores, userNames } from "../support/two-stores.ts";

const { dovecot, cyrus } = await startAll({ dovecot: startDovecot(), cyrus: startCyrus({ users: userNames }) });
const servers = { local: dovecot, remote: dovecot };

test("headers tell messages apart, and none is added unless it is asked for", async (t) => {
  const stores = await twoStores(t, servers);
  const bare = { ...mail("x"), bytes: Buffer.from("Subject: nothing\r\n\r\ntext\r\n") };
  const twin = mail("twin", { header: ["Received: by b"] });
  await deliver(stores.local, "INBOX", mail("twin", { header: ["Received: by a"] }), twin, twin, bare);
  const first = await runImapsync(stores);
  assert.deepEqual([first.code, first.figure("Messages transferred")], [0, "2"]);
  assert.match(first.lines.join("\n"), /^There is 1 unidentified message in host1|^There are 1 unidentified messages/m);
  const added = await runImapsync(stores, ["--addheader"]);
  assert.deepEqual([added.code, added.figure("Messages transferred")], [0, "1"]);
  const again = await runImapsync(stores, ["--addheader", "--syncduplicates"]);
  assert.deepEqual([again.code, again.figure("Messages transferred")], [0, "1"]);
  const last = await runImapsync(stores, ["--addheader", "--syncduplicates"]);
  assert.deepEqual([last.code, last.figure("Messages transferred")], [0, "0"]);
  assert.equal(
    (await texts(stores.remote)).filter((text) => /^Message-Id: <4@imapsync>\r\nSubject: nothing/.test(text)).length,
    1,
  );
});

test("messages without headers of two folders that go to one are all copied, once", async (t) => {
  const stores = await twoStores(t, servers);
  const bare = (text: string): ReturnType<typeof mail> => ({
    ...mail("x"),
    bytes: Buffer.from(`Subject: ${text}\r\n\r\n`),
  });
  await command(stores.local, "CREATE A", "CREATE B");
  for (const name of ["A", "B"]) await deliver(stores.local, name, bare(`${name}1`), bare(`${name}2`));
  const args = ["--addheader", "--f1f2", "A=INBOX", "--f1f2", "B=INBOX"];
  const first = await runImapsync(stores, args);
  assert.deepEqual([first.code, first.figure("Messages transferred")], [0, "4"], first.lines.join("\n"));
  const second = await runImapsync(stores, [...args, "--delete2"]);
  assert.deepEqual([second.code, second.figure("Messages transferred")], [0, "0"], second.lines.join("\n"));
  const subjects = (await texts(stores.remote)).map((text) => /^Subject: (.*)\r$/m.exec(text)?.[1] ?? "");
  assert.deepEqual(subjects.sort(), ["A1", "A2", "B1", "B2"]);
});

for (const folders of [["INBOX"], ["A", "INBOX"]])
  test(`--delete2 without --addheader spares what a run with it has copied: ${folders.join(", ")}`, async (t) => {
    const stores = await twoStores(t, servers);
    const bare = { ...mail("x"), bytes: Buffer.from("Subject: draft\r\n\r\ntext\r\n") };
    if (folders.includes("A")) await command(stores.local, "CREATE A");
    for (const folder of folders) await deliver(stores.local, folder, mail(`in ${folder}`.replace(" ", "-")), bare);
    const args = ["--f1f2", "A=INBOX"];
    await runImapsync(stores, [...args, "--addheader"]);
    await deliver(stores.remote, "INBOX", mail("extra"));
    const all = (await texts(stores.remote)).length;
    const { code, lines } = await runImapsync(stores, [...args, "--delete2"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.deepEqual([all, (await texts(stores.remote)).length], [2 * folders.length + 1, 2 * folders.length]);
  });

for (const args of [["--messageidnodomain"], ["--noskipsize"], ["--useheader", "Subject"], ["--domino2"]])
  test(`--addheader ${args.join(" ")} copies each message once`, async (t) => {
    const stores = await twoStores(t, servers);
    await deliver(stores.local, "INBOX", { ...mail("x"), bytes: Buffer.from("To: a\r\n\r\ntext\r\n") });
    for (const copied of ["1", "0"]) {
      const { figure, lines } = await runImapsync(stores, ["--addheader", ...args]);
      assert.equal(figure("Messages transferred"), copied, lines.join("\n"));
    }
  });

for (const [first, ...later] of [
  [["--addheader"], ["--useuid"], ["--usecache"], ["--useuid", "--delete2"]],
  [["--useuid"], ["--addheader", "--delete2"], ["--addheader", "--state", "state", "--delete2"]],
  [
    ["--state", "state", "--useuid"],
    ["--useuid", "--addheader"],
    ["--addheader", "--useheader", "X-Id"],
  ],
  [
    ["--addheader", "--useheader", "X-Id"],
    ["--state", "state", "--useuid", "--useheader", "X-Id"],
  ],
] as const)
  test(`messages without headers are copied once: ${[first, ...later].map((args) => args.join(" ")).join(", then ")}`, async (t) => {
    const stores = await twoStores(t, servers);
    const bare = (text: string) => ({ ...mail("x"), bytes: Buffer.from(`Subject: draft\r\n\r\n${text}\r\n`) });
    await deliver(stores.local, "INBOX", mail("first"), bare("one"), bare("two"), bare("three"));
    // A message and its copy have different UIDs.
    await expunge(stores.local, "1");
    const run = async (args: readonly string[]) => {
      const { code, figure, lines } = await runImapsync(stores, args);
      assert.equal(code, 0, lines.join("\n"));
      return [figure("Messages transferred"), figure("Messages deleted on host2"), lines.join("\n")];
    };
    assert.deepEqual((await run(first)).slice(0, 2), ["3", "0"]);
    for (const args of later) {
      const [copied, deleted, lines] = await run(args);
      assert.deepEqual([copied, deleted], ["0", "0"], `${args.join(" ")}\n${String(lines)}`);
    }
    await deliver(stores.local, "INBOX", bare("four"));
    const [copied, , lines] = await run(later.at(-1)!);
    assert.equal(copied, "1", lines);
  });

test("--useheader, --skipheader and --messageidnodomain decide what is the same", async (t) => {
  const copies = async (...args: readonly string[]): Promise<string | undefined> => {
    const stores = await twoStores(t, servers);
    const one = mail("a", { header: ["X-One: 1", "Received: by a"] });
    const other = {
      ...mail("a"),
      bytes: Buffer.from("Message-ID: <a@other.example>\r\nReceived: by b\r\nX-One: 1\r\n\r\n"),
    };
    await deliver(stores.local, "INBOX", one, other);
    const { code, figure } = await runImapsync(stores, args);
    assert.equal(code, 0);
    return figure("Messages transferred");
  };
  assert.deepEqual(
    await Promise.all([
      copies(),
      copies("--useheader", "X-One"),
      copies("--useheader", "message-id"),
      copies("--useheader", "message-id", "--messageidnodomain"),
      copies("--useheader", "ALL", "--skipheader", "^(?!X-One)"),
    ]),
    ["2", "1", "2", "1", "1"],
  );
});

test("a server that has an X for octets that are not ASCII gets nothing twice", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: cyrus });
  const bytes = Buffer.from(
    "Message-ID: <caf\xe9@example.org>\r\nReceived: caf\xe9\r\nSubject: x\r\n\r\ntext\r\n",
    "latin1",
  );
  await deliver(stores.local, "INBOX", { ...mail("x"), bytes });
  const first = await runImapsync(stores);
  assert.deepEqual([first.code, first.figure("Messages transferred")], [0, "1"], first.lines.join("\n"));
  const second = await runImapsync(stores);
  assert.deepEqual([second.code, second.figure("Messages transferred")], [0, "0"]);
  const [copy = ""] = await texts(stores.remote);
  assert.match(copy, /^Message-ID: <cafX@/m);
});
