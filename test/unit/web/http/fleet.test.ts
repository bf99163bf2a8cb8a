// The operator's page of a fleet: who may see it, what it shows of whatever is in the database, and what its forms do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../../src/model/errors.ts";
import type { FleetDesk } from "../../../../src/web/fleet/fleet-desk.ts";
import type { FleetAccount, FleetFilter, FleetOverview } from "../../../../src/web/page/props.ts";
import { formHeaders, operatorToken, site } from "../../../support/web-site.ts";

const hostile = `<script>alert("x")</script>\u202e\u0007`;

const account: FleetAccount = {
  ...{ name: hostile, host1: "a.example", host2: "b.example", phase: "bulk", status: "stopped", reason: hostile },
  ...{ messages: 20, copied: 5, worker: null, messagesDone: null, messagesTotal: null, rate: null, pair: null },
};

const overview: FleetOverview = {
  status: {
    time: "2026-01-01T00:00:00.000Z",
    accounts: { total: 3, running: 1, waiting: 2, done: 0, paused: 0, stopped: 1, quarantined: 0, dead: 0 },
    phases: [{ phase: "bulk", status: "waiting", accounts: 2 }],
    sizes: { measured: 1, messages: 20, octets: 1000, copiedMessages: 5, copiedOctets: 10 },
    rates: { messages: 1, octets: 1, accounts: 0.01 },
    pairs: undefined,
    secondsLeft: 7200,
    groups: [
      {
        ...{ group: "source:a.example", accounts: 3, waiting: 2, running: 1, limit: 4, pausedUntil: "infinity" },
        reason: hostile,
      },
    ],
    workers: [{ name: "w1", concurrency: 2, seenSecondsAgo: 500 }],
    troubled: [],
  },
  reasons: [{ status: "stopped", reason: hostile, accounts: 1 }],
  accounts: [account],
  hasMore: true,
};

async function made(more: Partial<FleetDesk> = {}) {
  const done: unknown[][] = [];
  const fleet: FleetDesk = {
    overview: (filter: FleetFilter) => {
      done.push(["overview", filter]);
      return Promise.resolve(overview);
    },
    changeAccounts: async (...given) => void done.push(["accounts", ...given]),
    changeGroup: async (...given) => void done.push(["groups", ...given]),
    close: () => Promise.resolve(),
    ...more,
  };
  const { server } = await site({ operatorToken, fleet });
  const headers = { authorization: `Bearer ${operatorToken}` };
  const get = (query = "") => server.inject({ url: `/operator/fleet${query}`, headers });
  const post = (what: string, fields: Record<string, string>, more: Record<string, string> = {}) =>
    server.inject({
      ...{ method: "POST", url: `/operator/fleet/${what}`, payload: new URLSearchParams(fields).toString() },
      headers: { ...headers, ...formHeaders, ...more },
    });
  return { server, done, get, post };
}

test("without a fleet there is no page of one", async () => {
  const { server } = await site({ operatorToken });
  const headers = { authorization: `Bearer ${operatorToken}` };
  assert.equal((await server.inject({ url: "/operator/fleet", headers })).statusCode, 404);
  assert.doesNotMatch((await server.inject({ url: "/operator", headers })).body, /operator\/fleet/);
});

test("only the operator sees it and changes anything, from its own pages only", async () => {
  const { server, done, post } = await made();
  const stranger = await server.inject({ url: "/operator/fleet" });
  assert.deepEqual([stranger.statusCode, stranger.headers.location], [303, "/operator"]);
  const fields = new URLSearchParams({ do: "retry", name: "a" }).toString();
  const unknown = await server.inject({
    ...{ method: "POST", url: "/operator/fleet/accounts", headers: formHeaders, payload: fields },
  });
  assert.equal(unknown.statusCode, 404);
  const foreign = await post("accounts", { do: "retry", name: "a" }, { origin: "https://evil.example" });
  assert.equal(foreign.statusCode, 403);
  assert.deepEqual(done, []);
});

test("it shows accounts, groups, workers, speed and the estimated end, and no name is more than text", async () => {
  const { body, statusCode } = await (await made()).get();
  assert.equal(statusCode, 200);
  for (const words of [/0 of 3 done/, /in about 2 hours, 2026-01-01 02:00 UTC/, /source:a\.example/, /8 minutes ago/])
    assert.match(body, words);
  assert.doesNotMatch(body, /<script>alert/);
  assert.match(body, /&lt;script>alert/);
  assert.match(body, /href="\/operator\/fleet\?after=%3Cscript/);
});

test("what is looked for is in the address, and stays there after a change", async () => {
  const { done, get, post } = await made();
  await get("?q=%20alice%20&status=trouble&group=group%3Aa&after=b");
  assert.deepEqual(done[0], ["overview", { q: "alice", status: "trouble", group: "group:a", after: "b" }]);
  const { statusCode, headers } = await post("accounts", {
    do: "pause",
    name: "a",
    back: "q=alice&status=done&x=//evil",
  });
  assert.deepEqual([statusCode, headers.location], [303, "/operator/fleet?q=alice&status=done"]);
});

test("forms retry, pause and resume accounts, and pause, resume and limit groups", async () => {
  const { done, post } = await made();
  await post("accounts", { do: "retry", name: "a" });
  await post("accounts", { do: "retry", status: "dead" });
  await post("groups", { do: "limit", group: "source:a", most: "3" });
  await post("groups", { do: "limit", group: "source:a", most: "" });
  await post("groups", { do: "pause", group: "provider:gmail" });
  assert.deepEqual(done, [
    ["accounts", "retry", { name: "a", status: undefined }],
    ["accounts", "retry", { name: undefined, status: "dead" }],
    ["groups", "limit", "source:a", 3],
    ["groups", "limit", "source:a", undefined],
    ["groups", "pause", "provider:gmail", undefined],
  ]);
});

for (const [what, fields] of [
  ["accounts", { do: "remove", name: "a" }],
  ["accounts", { do: "retry", status: "done" }],
  ["groups", { do: "limit", group: "source:a", most: "-1" }],
  ["groups", { do: "pause", group: "everything" }],
] as const)
  test(`${what} of ${JSON.stringify(fields)} is refused`, async () => {
    const { done, post } = await made();
    assert.equal((await post(what, fields)).statusCode, 400);
    assert.deepEqual(done, []);
  });

test("neither all accounts nor none are meant by a form that names none", async () => {
  const { done, post } = await made();
  assert.equal((await post("accounts", { do: "retry" })).statusCode, 404);
  assert.equal((await post("accounts", { do: "retry", name: "a", status: "dead" })).statusCode, 404);
  assert.deepEqual(done, []);
});

test("a database that cannot be asked is told on the page", async () => {
  const fails = () =>
    Promise.reject(new InterimapError("DATABASE_READ", "the database of the fleet: no answer", { hint: "see PGHOST" }));
  const { get, post } = await made({ overview: fails, changeAccounts: fails });
  for (const { statusCode, body } of [await get(), await post("accounts", { do: "retry", name: "a" })]) {
    assert.equal(statusCode, 503);
    assert.match(body, /role="alert".*no answer; see PGHOST/s);
  }
});
