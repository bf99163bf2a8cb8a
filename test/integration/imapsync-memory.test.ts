// What the copier remembers from run to run, with real servers: --state, --usecache, --useuid.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { command, contents, deliver, expunge, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const dovecot = await startDovecot();

async function stored(t: TestContext, count = 3): Promise<TwoStores> {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await deliver(stores.local, "INBOX", ...mails("m", count));
  return stores;
}

/** Of the messages in a folder. */
function readsHeaders(stores: TwoStores): boolean {
  return (["local", "remote"] as const).some((side) =>
    stores.proxies[side].clientLines.some((line) => /FETCH .*HEADER/i.test(line)),
  );
}

function reset(stores: TwoStores): void {
  stores.proxies.local.reset();
  stores.proxies.remote.reset();
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `m${i + 1}`).sort();
}

for (const [memory, tells] of [
  [["--state", "state"], true],
  [["--useuid"], true],
  [["--useuid"], false],
] as const)
  test(`${memory[0]}: --delete2 spares what other folders bring to the same one${tells ? "" : ", also if host2 does not tell its UIDs"}`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    const told = /\[APPENDUID [^\]]*\] /;
    if (!tells)
      stores.hold("remote", "server", {
        ...{ pattern: told, always: true },
        action: (line) => ({ instead: line.replace(told, "") }),
      });
    await command(stores.local, ...["A", "B", "C", "D"].map((name) => `CREATE ${name}`));
    await command(stores.remote, "CREATE One", "CREATE Two");
    for (const name of ["A", "C", "D"]) await deliver(stores.local, name, ...mails(name, 2));
    for (const name of ["One", "Two"]) await deliver(stores.remote, name, mail("extra"));
    const names = ["--regextrans2", "s/^[AB]$/One/", "--regextrans2", "s/^[CD]$/Two/"];
    for (const copied of ["6", "0"]) {
      const { code, lines, figure } = await runImapsync(stores, [...memory, ...names, "--delete2"]);
      assert.deepEqual([code, figure("Messages transferred")], [0, copied], lines.join("\n"));
    }
    assert.deepEqual(await contents(stores.remote, "One"), ["A1", "A2"]);
    assert.deepEqual(await contents(stores.remote, "Two"), ["C1", "C2", "D1", "D2"]);
  });

for (const memory of [["--state", "state"], ["--usecache"], ["--useuid"]] as const) {
  test(`${memory[0]}: a second run needs no headers, and copies what is new`, async (t) => {
    const stores = await stored(t);
    assert.equal((await runImapsync(stores, memory)).figure("Messages transferred"), "3");
    reset(stores);
    const second = await runImapsync(stores, memory);
    assert.equal(second.code, 0);
    assert.equal(second.figure("Messages transferred"), "0");
    assert.equal(readsHeaders(stores), false);
    await deliver(stores.local, "INBOX", mail("m4"));
    assert.equal((await runImapsync(stores, memory)).figure("Messages transferred"), "1");
    assert.deepEqual(await contents(stores.remote), names(4));
  });

  test(`${memory[0]}: killed after a copy and run again, nothing is there twice`, async (t) => {
    const stores = await stored(t, 5);
    for (let copied = 1; copied <= 3; copied++) {
      const run = startImapsync(stores, [...memory, "--maxmessagespersecond", "0.001"]);
      await run.line(/^msg INBOX\/\d+ .* copied to INBOX/);
      run.child.kill("SIGKILL");
      await run.finished;
    }
    // This one, between the server's storing a message and our hearing of it.
    stores.hold("remote", "server", { pattern: /APPENDUID/, action: () => "cut" });
    assert.equal((await runImapsync(stores, memory)).code, 0);
    assert.deepEqual(await contents(stores.remote), names(5));
  });

  test(`${memory[0]}: where UIDs begin anew, nothing is left behind`, async (t) => {
    const stores = await stored(t, 1);
    await command(stores.local, "CREATE A");
    await deliver(stores.local, "A", ...mails("old", 2));
    await runImapsync(stores, memory);
    await command(stores.local, "DELETE A", "CREATE A");
    await deliver(stores.local, "A", mail("old1"), mail("new"));
    const { code, figure } = await runImapsync(stores, memory);
    assert.deepEqual([code, figure("Messages transferred")], [0, "1"]);
    assert.deepEqual(await contents(stores.remote, "A"), ["new", "old1", "old2"]);
  });

  test(`${memory[0]}: what was deleted on host2 is copied again`, async (t) => {
    const stores = await stored(t);
    await runImapsync(stores, memory);
    await expunge(stores.remote, "2");
    assert.equal((await runImapsync(stores, memory)).figure("Messages transferred"), "1");
    assert.deepEqual(await contents(stores.remote), names(3));
    reset(stores);
    await runImapsync(stores, memory);
    assert.equal(readsHeaders(stores), false);
  });
}

test("--state: a folder in which nothing happened is not opened, and its size is said", async (t) => {
  const stores = await stored(t);
  await command(stores.local, "CREATE A");
  await deliver(stores.local, "A", mail("a"));
  const sizes = (lines: readonly string[]): readonly string[] =>
    lines.filter((line) => /Size: .* Messages:/.test(line));
  for (let run = 0; run < 2; run++) await runImapsync(stores, ["--state", "state"]);
  const { lines } = await runImapsync(stores);
  reset(stores);
  const next = await runImapsync(stores, ["--state", "state"]);
  assert.deepEqual(sizes(next.lines), sizes(lines));
  assert.equal(sizes(lines).length, 8, lines.join("\n"));
  for (const { clientLines } of [stores.proxies.local, stores.proxies.remote])
    assert.deepEqual(
      clientLines.filter((line) => /SELECT|EXAMINE|FETCH/i.test(line)),
      [],
    );
  await deliver(stores.local, "A", mail("a2"));
  const fetched = await runImapsync(stores, ["--state", "state"]);
  assert.match(sizes(fetched.lines).join("\n"), /Host1 folder +[0-9]+\/[0-9]+ \[A\] +Size: +[0-9]+ +Messages: +2 /);
});

for (const args of [["--useuid"], ["--state", "state", "--syncduplicates"]])
  test(`${args.join(" ")}: messages of which only the texts differ are each known again, also beside others on host2`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    await deliver(stores.local, "INBOX", mail("m1", { body: "one" }), mail("m1", { body: "two" }));
    await deliver(stores.remote, "INBOX", mail("other"));
    assert.equal((await runImapsync(stores, args)).figure("Messages transferred"), "2");
    assert.equal((await runImapsync(stores, args)).figure("Messages transferred"), "0");
  });

test("--useuid: a message is known again where host2 had one of several that are the same", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), mail("m1"));
  await deliver(stores.remote, "INBOX", mail("m1"));
  assert.equal((await runImapsync(stores, ["--useuid"])).figure("Messages transferred"), "2");
  assert.equal((await runImapsync(stores, ["--useuid"])).figure("Messages transferred"), "0");
  assert.deepEqual(await contents(stores.remote), ["m1", "m1", "m1"]);
});

test("--useuid copies what is the same as often as it is there, and a lost cache makes it no more", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await deliver(stores.local, "INBOX", mail("m1"), mail("m1"), mail("m2"));
  await runImapsync(stores, ["--useuid"]);
  assert.deepEqual(await contents(stores.remote), ["m1", "m1", "m2"]);
  rmSync(join(stores.home.directory, "imapsync_cache"), { recursive: true });
  assert.equal((await runImapsync(stores, ["--useuid"])).figure("Messages transferred"), "0");
});

test("--usecache leaves the pairs of equal messages that --useuid has recorded", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await deliver(stores.local, "INBOX", mail("m1", { body: "one" }), mail("m1", { body: "two" }));
  await runImapsync(stores, ["--useuid"]);
  await deliver(stores.local, "INBOX", mail("m2"));
  await runImapsync(stores, ["--usecache"]);
  const { lines, figure } = await runImapsync(stores, ["--useuid", "--delete2"]);
  assert.deepEqual([figure("Messages transferred"), figure("Messages deleted on host2")], ["0", "0"], lines.join("\n"));
});

test("--state --syncduplicates --delete2: of equal messages, the copy goes whose original is gone", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await deliver(stores.local, "INBOX", mail("m1", { body: "one" }), mail("m1", { body: "two" }));
  const args = ["--state", "state", "--syncduplicates", "--delete2"];
  await runImapsync(stores, args);
  await expunge(stores.local, "1");
  await runImapsync(stores, args);
  const [host1, host2] = [await snapshot(stores.local), await snapshot(stores.remote)];
  assert.deepEqual(host2.mailboxes, host1.mailboxes);
});

for (const args of [["--useuid"], ["--useuid", "--delete2"]])
  test(`${args.join(" ")}: what replaced a message is copied, though its headers are the same`, async (t) => {
    const stores = await twoStores(t, { local: dovecot, remote: dovecot });
    const isStrict = args.includes("--delete2");
    const run = async (copied: number, deleted: number) => {
      const { code, lines, figure } = await runImapsync(stores, args);
      const figures = [code, figure("Messages transferred"), figure("Messages deleted on host2")];
      assert.deepEqual(figures, [0, String(copied), String(isStrict ? deleted : 0)], lines.join("\n"));
    };
    const draft = mail("draft", { body: "one\r\n" });
    await deliver(stores.local, "INBOX", draft, mail("other"));
    await run(2, 0);
    for (const [at, body] of ["one, two\r\n", "one, two, three\r\n"].entries()) {
      await expunge(stores.local, at === 0 ? "1" : "3");
      await deliver(stores.local, "INBOX", mail("draft", { body }));
      await run(1, 1);
      await run(0, 0);
    }
    // A message that was moved away and back is the one that was copied.
    await expunge(stores.local, "2");
    await deliver(stores.local, "INBOX", mail("other"));
    await run(0, 0);
    await run(0, 0);
    assert.equal((await contents(stores.remote)).length, isStrict ? 2 : 4);
  });

/** As the original keeps it, for the accounts of the stores. */
function originalCache(stores: TwoStores, ...pairs: readonly string[]): string {
  const users = [stores.proxies.local, stores.proxies.remote].flatMap(({ server }) => [server.host, server.user]);
  const directory = join(stores.home.directory, "imapsync_cache", ...users, "INBOX", "INBOX");
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const pair of pairs) writeFileSync(join(directory, pair), "");
  return directory;
}

for (const memory of [["--state", "state"], ["--usecache"], ["--useuid"]])
  test(`${memory[0]!}: --delete2 deletes what is not on host1, and what was there before`, async (t) => {
    const stores = await stored(t);
    await runImapsync(stores, memory);
    await expunge(stores.local, "2");
    await deliver(stores.remote, "INBOX", mail("extra"));
    const { code, lines } = await runImapsync(stores, [...memory, "--delete2"]);
    assert.equal(code, 0, lines.join("\n"));
    assert.deepEqual(await contents(stores.remote), ["m1", "m3"]);
  });

test("a cache of the original is taken over once", async (t) => {
  const stores = await stored(t, 2);
  // Nothing in their headers would tell that they are the same.
  await deliver(stores.remote, "INBOX", mail("x1"), mail("x2"));
  const directory = originalCache(stores, "1_1", "2_2", "3_9");
  assert.equal((await runImapsync(stores, ["--usecache"])).figure("Messages transferred"), "0");
  rmSync(directory, { recursive: true });
  assert.equal((await runImapsync(stores, ["--usecache"])).figure("Messages transferred"), "0");
  assert.equal((await runImapsync(stores)).figure("Messages transferred"), "2");
});

test("with --nocacheaftercopy a cache is read, and not written", async (t) => {
  const stores = await stored(t);
  await runImapsync(stores, ["--usecache", "--nocacheaftercopy"]);
  reset(stores);
  await runImapsync(stores, ["--usecache"]);
  assert.equal(readsHeaders(stores), true);
});

test("a state file that cannot be used is said, and nothing is copied", async (t) => {
  const stores = await stored(t);
  const file = join(stores.home.directory, "state");
  const precious = "precious\n".repeat(1_000);
  writeFileSync(file, precious, { mode: 0o600 });
  const foreign = await runImapsync(stores, ["--state", "state"]);
  assert.equal(foreign.code, 74);
  assert.match(foreign.lines.join("\n"), /state is not a database.*; name another file with --state/);
  assert.match(foreign.lines.join("\n"), /^Exiting with return value 74 \(EX_IOERR: /m);
  assert.equal(readFileSync(file, "utf8"), precious);
  assert.equal((await runImapsync(stores, ["--state", "none/state"])).code, 73);
  assert.deepEqual(await contents(stores.remote), []);
  const run = startImapsync(stores, ["--state", "good", "--maxmessagespersecond", "0.001"]);
  await run.line(/copied to/);
  const locked = await runImapsync(stores, ["--state", "good"]);
  assert.equal(locked.code, 75);
  assert.match(locked.lines.join("\n"), new RegExp(`is in use by process ${run.child.pid};`));
  run.child.kill("SIGTERM");
  await run.finished;
  assert.deepEqual(await contents(stores.remote), ["m1"]);
});

test("one state file is enough for many accounts, and --dry writes nothing there", async (t) => {
  const first = await stored(t);
  const second = await stored(t);
  const state = join(first.home.directory, "state");
  assert.equal((await runImapsync(first, ["--state", state, "--dry"])).code, 0);
  for (const stores of [first, second]) {
    assert.equal((await runImapsync(stores, ["--state", state])).figure("Messages transferred"), "3");
    reset(stores);
  }
  for (const stores of [first, second]) {
    await runImapsync(stores, ["--state", state]);
    assert.equal(readsHeaders(stores), false);
  }
  assert.deepEqual(
    readdirSync(first.home.directory).filter((name) => name.startsWith("state")),
    ["state"],
  );
  assert.equal(existsSync(join(first.home.directory, "imapsync_cache")), false);
});

test("--state: a folder that is as it was is looked at where others are compared with it, or it is to be subscribed to", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  await command(stores.local, "CREATE A", "CREATE B", "CREATE C");
  await deliver(stores.local, "A", mail("a"));
  await deliver(stores.local, "B", mail("b1"), mail("b2"));
  const state = join(stores.home.directory, "state.db");
  const args = ["--state", state, "--f1f2", "A=X", "--f1f2", "B=X", "--delete2"];
  for (let run = 0; run < 3; run++) assert.equal((await runImapsync(stores, args)).code, 0);
  await expunge(stores.local, "1", "B");
  await command(stores.local, "SUBSCRIBE C");
  const { code, lines } = await runImapsync(stores, args);
  assert.equal(code, 0, lines.join("\n"));
  assert.deepEqual(await contents(stores.remote, "X"), ["a", "b2"], lines.join("\n"));
  assert.match(lines.join("\n"), /subscribed .*\[C\]|\[C\].*subscribed/i);
});

test("--state with --maxage: what is too old is not counted as copied", async (t) => {
  const stores = await twoStores(t, { local: dovecot, remote: dovecot });
  const dated = (name: string, date: Date) => mail(name, { header: [`Date: ${date.toUTCString()}`] });
  await deliver(stores.local, "INBOX", dated("m1", new Date()), dated("m2", new Date()));
  const args = ["--state", "state", "--maxage", "30"];
  assert.equal((await runImapsync(stores, args)).figure("Messages transferred"), "2");
  await expunge(stores.local, "1");
  await deliver(stores.local, "INBOX", dated("old", new Date(0)));
  for (let run = 0; run < 3; run++) {
    const { lines } = await runImapsync(stores, args);
    const report = /^\[INBOX\]: 2 in source = 0 copied \+ 1 already there .* \+ 1 filtered \(1 not selected\)/m;
    assert.match(lines.join("\n"), report, `run ${String(run)}`);
  }
});

/** The sets of UIDs whose headers a host was asked for. */
function headersRead({ clientLines }: TwoStores["proxies"]["local"]): string[] {
  return clientLines.flatMap((line) => /UID FETCH (\S+) .*HEADER/.exec(line)?.[1] ?? []);
}

for (const memory of [["--state", "state"], ["--usecache"]] as const) {
  test(`${memory[0]}: headers are read of what is new, and nothing is taken for new that is known`, async (t) => {
    const stores = await stored(t);
    await deliver(stores.remote, "INBOX", mail("own1"), mail("own2"));
    await runImapsync(stores, memory);
    reset(stores);
    // One of them is there already.
    await deliver(stores.local, "INBOX", mail("m4"), mail("m2"));
    const { code, lines } = await runImapsync(stores, memory);
    assert.equal(code, 0, lines.join("\n"));
    assert.match(lines.join("\n"), /5 in source = 1 copied \+ 3 already there \+ 1 duplicate/);
    assert.deepEqual(headersRead(stores.proxies.local), ["4:5"]);
    // Copies are known, and so are messages of its own.
    assert.deepEqual(headersRead(stores.proxies.remote), []);
    assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3", "m4", "own1", "own2"]);
    reset(stores);
    await deliver(stores.remote, "INBOX", mail("m3"), mail("own3"));
    const last = await runImapsync(stores, [...memory, "--delete2", "--delete2duplicates"]);
    assert.equal(last.code, 0, last.lines.join("\n"));
    assert.deepEqual([headersRead(stores.proxies.local), headersRead(stores.proxies.remote)], [[], ["7:8"]]);
    assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3", "m4"]);
  });

  test(`${memory[0]}: by other headers, all are read anew`, async (t) => {
    const stores = await stored(t);
    await runImapsync(stores, memory);
    await deliver(stores.local, "INBOX", mail("m4"));
    reset(stores);
    const { code, figure } = await runImapsync(stores, [...memory, "--useheader", "Subject"]);
    assert.deepEqual([code, figure("Messages transferred")], [0, "1"]);
    assert.deepEqual(headersRead(stores.proxies.local), ["1:4"]);
  });
}
