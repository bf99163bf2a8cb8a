// Scenes of a one-way copy that are rare: odd separators, accounts without uses of folders, servers that slow down.

import assert from "node:assert/strict";
import { test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { quoted } from "../support/raw-imap.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { snapshot } from "../support/snapshot.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";

const { host1, host2, backslash } = await startAll({
  host1: startDovecot(),
  host2: startDovecot(),
  backslash: startDovecot({ separator: String.raw`"\\"` }),
});

async function folders2({ remote }: TwoStores): Promise<string[]> {
  return [...(await snapshot(remote)).mailboxes.keys()].toSorted();
}

async function run(stores: TwoStores, ...args: readonly string[]) {
  const result = await runImapsync(stores, args);
  assert.equal(result.code, 0, result.lines.join("\n"));
  return result;
}

test("a separator that is a backslash is translated, there and back", async (t) => {
  const there = await twoStores(t, { local: host1, remote: backslash });
  await command(there.local, "CREATE A/B");
  await deliver(there.local, "A/B", mail("b"));
  const { lines } = await run(there, "--dry");
  assert.ok(lines.includes(String.raw`Host2: separator and prefix: [\][]`));
  for (const copied of ["1", "0"]) assert.equal((await run(there)).figure("Messages transferred"), copied);
  assert.deepEqual(await folders2(there), ["A", String.raw`A\B`, "INBOX"]);

  const back = await twoStores(t, { local: backslash, remote: host2 });
  const name = String.raw`A\B`;
  await command(back.local, `CREATE ${quoted(name)}`);
  await deliver(back.local, name, mail("b"));
  assert.equal((await run(back)).figure("Messages transferred"), "1");
  // Levels of names are apart by a NUL here.
  assert.deepEqual(await contents(back.remote, "A\0B"), ["b"]);
});

test("--automap where no folder has a use keeps all names", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE Work", "CREATE Letters");
  await deliver(stores.local, "Work", mail("w"));
  await run(stores, "--automap");
  assert.deepEqual(await folders2(stores), ["INBOX", "Letters", "Work"]);
  assert.deepEqual(await contents(stores.remote, "Work"), ["w"]);
});

test("--minage takes what is older", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  const dated = (name: string, days: number) =>
    mail(name, { header: [`Date: ${new Date(Date.now() - days * 86_400_000).toUTCString()}`] });
  await deliver(stores.local, "INBOX", dated("new", 1), dated("old", 40));
  await run(stores, "--minage", "30");
  assert.deepEqual(await contents(stores.remote), ["old"]);
});

test("answers that say that the server slows us down are answers", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await deliver(stores.local, "INBOX", ...mails("m", 3));
  for (const side of ["local", "remote"] as const)
    stores.hold(side, "server", {
      pattern: /^\S+ OK (?:Fetch|Append|\[APPENDUID|\[READ)/,
      always: true,
      action: (line) => ({ instead: /\[/.test(line) ? line : line.replace(" OK ", " OK [THROTTLED] ") }),
    });
  assert.equal((await run(stores)).figure("Messages transferred"), "3");
  assert.deepEqual(await contents(stores.remote), ["m1", "m2", "m3"]);
});

test("a message that host2 takes later, only, is copied by the next run", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await deliver(stores.local, "INBOX", mail("m1"));
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    always: true,
    action: (line) => ({ instead: line.replace(/APPEND \S+/, "APPEND nowhere") }),
  });
  stores.hold("remote", "server", {
    pattern: /^\S+ NO \[TRYCREATE\]/,
    always: true,
    action: (line) => ({
      instead: `${line.split(" ")[0]!} NO [LIMIT] Request is throttled. Suggested Backoff Time: 300000 milliseconds`,
    }),
  });
  const { code, lines } = await runImapsync(stores);
  assert.equal(code, 114, lines.join("\n"));
  assert.match(lines.join("\n"), /^Err 1\/50: .*Request is throttled/m);
  stores.release("remote");
  assert.equal((await run(stores)).figure("Messages transferred"), "1");
});

test("--maxbytespersecond is held once --maxbytesafter is passed, and not before", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await deliver(stores.local, "INBOX", ...mails("m", 4, { body: "x".repeat(20_000) }));
  // Held from the beginning, this would take hours.
  await run(stores, "--maxbytespersecond", "10", "--maxbytesafter", "10000000");
  assert.equal((await contents(stores.remote)).length, 4);
  const began = performance.now();
  const more = await twoStores(t, { local: host1, remote: host2 });
  await deliver(more.local, "INBOX", ...mails("m", 4, { body: "x".repeat(20_000) }));
  await run(more, "--maxbytespersecond", "20000", "--maxbytesafter", "30000");
  assert.ok(performance.now() - began >= 750);
});

test("--usecache --skipcrossduplicates is refused, and --state goes with it", async (t) => {
  const stores = await twoStores(t, { local: host1, remote: host2 });
  await command(stores.local, "CREATE A", "CREATE B");
  await deliver(stores.local, "A", mail("a"), mail("both"));
  await deliver(stores.local, "B", mail("b"), mail("both"));
  const refused = await runImapsync(stores, ["--usecache", "--skipcrossduplicates"]);
  assert.equal(refused.code, 64, refused.stderr);
  assert.match(refused.stderr, /--usecache and --skipcrossduplicates exclude each other/);
  assert.deepEqual(await folders2(stores), ["INBOX"]);
  const args = ["--state", "state", "--skipcrossduplicates"];
  await run(stores, ...args);
  // In one folder nothing is new, and what it has is known all the same.
  await deliver(stores.local, "B", mail("a"), mail("b2"));
  for (const copied of ["1", "0"]) assert.equal((await run(stores, ...args)).figure("Messages transferred"), copied);
  assert.deepEqual(await contents(stores.remote, "A"), ["a", "both"]);
  assert.deepEqual(await contents(stores.remote, "B"), ["b", "b2"]);
});

for (const [side, pattern] of [
  ["local", / UID FETCH .*BODY\.PEEK\[\]/],
  ["local", / UID FETCH .*HEADER/],
  ["remote", / APPEND /],
  ["remote", / CREATE /],
  ["remote", / SELECT /],
] as const)
  test(`a server that says BYE and ends the connection costs nothing: ${side}, ${pattern.source}`, async (t) => {
    const stores = await twoStores(t, { local: host1, remote: host2 });
    await command(stores.local, "CREATE A");
    await deliver(stores.local, "A", ...mails("m", 5));
    stores.hold(side, "client", {
      pattern,
      action: () => {
        // Its next word is the last one.
        stores.hold(side, "server", {
          pattern: /^/,
          action: () => ({ instead: "* BYE [UNAVAILABLE] maintenance", cutAfter: 0 }),
        });
      },
    });
    await run(stores);
    assert.deepEqual(await contents(stores.remote, "A"), ["m1", "m2", "m3", "m4", "m5"]);
    assert.equal((await run(stores)).figure("Messages transferred"), "0");
  });
