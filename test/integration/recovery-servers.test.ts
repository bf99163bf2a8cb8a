// A daemon whose servers turn it away, go down and come back: it obeys, waits, and goes on by itself, unless what is wrong
// will not pass.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { otherSide, type Side, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { startGate } from "../support/gate.ts";
import { overTls, plainText } from "../support/run-interimap.ts";
import { signalServer } from "../support/server-signal.ts";
import { startAll } from "../support/start-all.ts";
import { contents, deliver, mail, mails, store, userNames } from "../support/two-stores.ts";
import {
  becomeIdentical,
  becomes,
  eventually,
  startDaemon,
  startWatching,
  type WatchedStores,
} from "../support/watching.ts";
import { assertNothingToDo } from "./converge.ts";

const servers = await startAll({ local: startDovecot(), remote: startDovecot({ separator: "." }) });

/** A message on each side comes to the other, beside what is there, and the daemon ends well. */
async function assertGoesOn(stores: WatchedStores, there: readonly string[] = []): Promise<void> {
  await deliver(stores.local, "INBOX", mail("l"));
  await deliver(stores.remote, "INBOX", mail("r"));
  for (const side of sides) await becomes(() => contents(stores[side]), [...there, "l", "r"]);
  await becomeIdentical(stores);
  await stores.daemon.waits();
  await stores.daemon.stop();
  await assertNothingToDo(stores);
}

/** Has a line of the server's said in other words, then ends the connection; resolves when that happened. */
function instead(stores: WatchedStores, side: Side, [pattern, words]: readonly [RegExp, string]): Promise<number> {
  return new Promise((resolve) => {
    stores.hold(side, "server", {
      pattern,
      action: () => {
        resolve(performance.now());
        return { instead: words, cutAfter: 0 };
      },
    });
  });
}

const greeting = /^\* OK \[CAPABILITY/;
const loggedIn = /^a0 OK \[CAPABILITY/;
const signOfLife = /^\S+ OK Status/i;
const appended = /^\S+ OK \[APPENDUID/;

/** Resolves with the time of the next greeting. */
function nextGreeting(stores: WatchedStores, side: Side): Promise<number> {
  return new Promise((resolve) => {
    stores.hold(side, "server", { pattern: greeting, action: () => resolve(performance.now()) });
  });
}

describe("a server that turns us away", { concurrency: 5 }, () => {
  const orders: readonly (readonly [Side, string, RegExp, string])[] = [
    ["local", "in its greeting", greeting, "* BYE [UNAVAILABLE] Down for a moment, try again in 3 seconds"],
    ["remote", "in its greeting", greeting, "* BYE Too many connections. Retry after 3 s"],
    ["remote", "at login", loggedIn, "a0 NO Request is throttled. Suggested Backoff Time: 3000 milliseconds"],
    ["local", "at login", loggedIn, "a0 NO [LIMIT] Please try again in 3 seconds"],
    ["remote", "at login", loggedIn, "a0 NO [INUSE] Please wait 3s"],
    ["local", "while nothing happens", signOfLife, "* BYE [UNAVAILABLE] Upgrading, try again in 3 seconds"],
    ["remote", "in the middle of the work", appended, "* BYE Throttled, back off for 3 seconds"],
  ];
  for (const [side, when, pattern, words] of orders) {
    test(`${side}, ${when}: "${words}" is obeyed`, async (t) => {
      const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
      const turned = instead(stores, side, [pattern, words]);
      if (pattern === appended) await deliver(stores[otherSide(side)], "INBOX", mail("first"));
      else if (pattern !== signOfLife) stores.proxies[side].cutAll();
      const since = await turned;
      const pause = (await nextGreeting(stores, side)) - since;
      assert.ok(pause >= 2_950, `${pause} ms`);
      const said = words.replace(/^(?:\*|a0) \w+ (?:\[\w+\] )?/, "");
      const lines = stores.daemon.said(/trying again in [34] s$/);
      assert.equal(
        lines.filter((line) => line.startsWith(`${side}: `) && line.includes(said)).length,
        1,
        lines.join("\n"),
      );
      assert.equal(stores.proxies[otherSide(side)].connections, 1);
      await assertGoesOn(stores, pattern === appended ? ["first"] : []);
    });
  }

  test("with nothing but a response code: it is left alone for as long as that means", async (t) => {
    const stores = await startWatching(t, servers, { args: ["--notify", "--watch=1"] });
    const { daemon, proxies } = stores;
    for (const [refusal, least] of [
      ["a0 NO [UNAVAILABLE] Sorry", 10],
      ["a0 NO [INUSE] Sorry", 15],
      ["a0 NO [LIMIT] Sorry", 60],
      ["a0 NO [UNAVAILABLE] No matter how often", 10],
    ] as const) {
      const turned = instead(stores, "remote", [loggedIn, refusal]);
      proxies.remote.cutAll();
      await daemon.state(({ sides: { remote } }) => remote.retryAt !== null);
      // The first pause is for the connection that was cut.
      daemon.kill("SIGUSR1");
      await turned;
      const { sides: links } = await daemon.state(
        ({ sides: { remote } }) => remote.reason?.includes(refusal.slice(6)) === true,
      );
      const pause = Date.parse(links.remote.retryAt!) - Date.parse(links.remote.since);
      assert.ok(pause >= least * 1_000, `${refusal}: ${pause} ms`);
      daemon.kill("SIGUSR1");
      await daemon.state(({ sides: { remote }, activity }) => remote.state === "connected" && activity === "waiting");
    }
    await assertGoesOn(stores);
  });
});

describe("a login that is refused", { concurrency: 3 }, () => {
  test("while it runs: tried three times, with pauses, then it ends with 77", async (t) => {
    const stores = await startWatching(t, servers);
    const refusal = "a0 NO [AUTHENTICATIONFAILED] Authentication failed.";
    const attempts = [1, 2, 3].map(() => instead(stores, "remote", [loggedIn, refusal]));
    stores.proxies.remote.cutAll();
    const times = await Promise.all(attempts);
    const { status, stderr } = await stores.daemon.finished;
    assert.equal(status, 77, stderr);
    for (const i of [1, 2]) assert.ok(times[i]! - times[i - 1]! >= 4_950, `${times[i]! - times[i - 1]!} ms`);
    assert.equal(stores.proxies.remote.connections, 4);
    const lines = stderr.trim().split("\n");
    assert.match(
      lines.at(-1)!,
      /^remote: login as \S+ refused: \[AUTHENTICATIONFAILED\] Authentication failed; check username and password$/,
    );
    assert.equal(
      lines.filter((line) => line.includes("refused")).length,
      2,
      "once when it is tried again, and at the end",
    );
    assert.doesNotMatch(stderr, /Warning/);
  });

  test("from the start: likewise", async (t) => {
    const stores = await startWatching(t, servers);
    await stores.daemon.stop();
    const { local, remote } = { local: stores.proxies.local.server, remote: stores.proxies.remote.server };
    stores.home.configure({ local: plainText(local), remote: { ...plainText(remote), password: "wrong" } });
    stores.proxies.remote.reset();
    const { status, stderr } = await startDaemon(t, stores.home).finished;
    assert.equal(status, 77, stderr);
    assert.match(stderr.trim().split("\n").at(-1)!, /^remote: login as \S+ refused: /);
    assert.doesNotMatch(stderr, /wrong/);
    assert.equal(stores.proxies.remote.connections, 3);
  });

  test("twice, and then no more: forgotten", async (t) => {
    const stores = await startWatching(t, servers);
    for (let cut = 0; cut < 2; cut++) {
      const refusals = [1, 2].map(() =>
        instead(stores, "local", [loggedIn, "a0 NO [AUTHENTICATIONFAILED] Authentication failed."]),
      );
      stores.proxies.local.cutAll();
      for (const refusal of refusals) {
        await refusal;
        await stores.daemon.state(({ sides: { local } }) => local.reason?.includes("refused") === true);
        stores.daemon.kill("SIGUSR1");
      }
      await stores.daemon.state(
        ({ sides: { local }, activity }) => local.connections === cut + 2 && activity === "waiting",
      );
    }
    await assertGoesOn(stores);
  });
});

describe("a server that is not what it was", { concurrency: 2 }, () => {
  test("its certificate: the end with 76 at the start, a matter of time later", async (t) => {
    const [real, false_] = await Promise.all([startDovecot({ tls: true }), startDovecot({ tls: true })]);
    t.after(() => Promise.all([real.stop(), false_.stop()]));
    const gate = await startGate(t, real.tlsPort!);
    const stores = await startWatching(
      t,
      { local: servers.local, remote: real },
      {
        prepare: async ({ home, proxies, remote }) => {
          home.configure({ local: proxies.local.server, remote: overTls({ ...remote, tlsPort: gate.port }) });
        },
      },
    );
    await stores.daemon.stop();
    await gate.open(false_.tlsPort);
    const before = gate.connections;
    const { status, stderr } = await startDaemon(t, stores.home).finished;
    assert.equal(status, 76, stderr);
    assert.match(stderr, /^remote: .*certificate/m);
    assert.equal(gate.connections, before + 1, "tried once");

    await gate.open(real.tlsPort);
    const daemon = startDaemon(t, stores.home);
    await daemon.waits();
    await gate.open(false_.tlsPort);
    gate.cut();
    assert.match(await daemon.line(/certificate/), /^remote: .*; trying again in \d+ s$/);
    await gate.open(real.tlsPort);
    await daemon.line(/^remote: Connected again/);
    await assertGoesOn({ ...stores, daemon });
  });

  test("its capabilities: the end with 69 at the start, a matter of time later", async (t) => {
    const stores = await startWatching(t, servers);
    await stores.daemon.stop();
    const without = (): void =>
      stores.hold("remote", "server", {
        pattern: loggedIn,
        action: (line) => ({ instead: line.replaceAll("IMAP4rev1", "X") }),
      });
    without();
    const { status, stderr } = await startDaemon(t, stores.home).finished;
    assert.equal(status, 69, stderr);
    assert.match(stderr, /^remote: the server offers neither IMAP4rev1 nor /m);

    const daemon = startDaemon(t, stores.home);
    await daemon.waits();
    without();
    stores.proxies.remote.cutAll();
    assert.match(await daemon.line(/neither IMAP4rev1/), /^remote: .*; trying again in \d+ s$/);
    await daemon.line(/^remote: Connected again/);
    await assertGoesOn({ ...stores, daemon });
  });
});

describe("servers that stop and start", { concurrency: 2 }, () => {
  for (const [name, kinds] of [
    ["Dovecot and Cyrus", { local: "dovecot", remote: "cyrus" }],
    ["Cyrus and Dovecot", { local: "cyrus", remote: "dovecot" }],
  ] as const) {
    test(`${name}: held up for a while, then started anew, one after the other`, async (t) => {
      const start = { dovecot: () => startDovecot(), cyrus: () => startCyrus({ users: userNames }) };
      const [local, remote] = await Promise.all(sides.map((side) => start[kinds[side]]()));
      const own = { local: local!, remote: remote! };
      t.after(() => Promise.all(sides.map((side) => own[side].stop())));
      const stores = await startWatching(t, own, {
        args: ["--notify", "--watch=1"],
        prepare: (made) => deliver(made.local, "INBOX", ...mails("m", 9)),
      });
      const { daemon, proxies } = stores;
      for (const [i, side] of sides.entries()) {
        const other = otherSide(side);
        const connections = proxies[side].connections;
        signalServer(own[side], "SIGSTOP");
        await deliver(stores[other], "INBOX", mail(`${side}-held-up`));
        await store(stores[other], `${i + 1} +FLAGS (\\Seen)`);
        await eventually("a question that is not answered", () => unanswered(stores, side));
        signalServer(own[side], "SIGCONT");
        await becomes(async () => (await contents(stores[side])).includes(`${side}-held-up`), true);
        assert.equal(proxies[side].connections, connections, "the same connection");

        const isBack = own[side].restart();
        await deliver(stores[other], "INBOX", mail(`${side}-down`));
        await isBack;
        await daemon.says(new RegExp(`^${side}: Connected again`), 1);
        await deliver(stores[side], "INBOX", mail(`${side}-back`));
        await store(stores[side], `${i + 5} +FLAGS (\\Flagged)`);
        const expected = [
          ...mails("m", 9).map((_, n) => flagged(`m${n + 1}`, i)),
          ...sides.slice(0, i + 1).flatMap((on) => [`${on}-held-up`, `${on}-down`, `${on}-back`]),
        ];
        for (const on of sides) await becomes(() => contents(stores[on]), expected.sort());
      }
      await becomeIdentical(stores);
      await daemon.waits();
      await daemon.stop();
      await assertNothingToDo(stores);
    });
  }
});

/** As the rounds of the test above leave it. */
function flagged(name: string, round: number): string {
  const number = Number(name.slice(1));
  if (number >= 5 && number <= 5 + round) return `${name} \\flagged`;
  return number <= 1 + round ? `${name} \\seen` : name;
}

function unanswered({ proxies }: WatchedStores, side: Side): boolean {
  const asked = proxies[side].clientLines.at(-1)?.split(" ", 1)[0] ?? "";
  return !proxies[side].serverLines.some((line) => line.startsWith(`${asked} `));
}
