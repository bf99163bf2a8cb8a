// The operator's page of a fleet in a browser, over a real database: what it shows, what its buttons do, and that everybody can use it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import type { BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { startFleet } from "../support/fleet.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { scratchDirectory } from "../support/scratch.ts";

const [browser, fleet] = await Promise.all([startBrowser(), startFleet()]);
const tokenFile = join(scratchDirectory("token"), "token");
writeFileSync(tokenFile, "token of the operator\n", { mode: 0o600 });
const web = await startImapsyncWeb({ "operator-token-file": tokenFile, "fleet-database": fleet.postgres.url });
after(async () => {
  await web.stop();
  await fleet.stop();
});

const names = [
  "alice",
  "bob",
  `x<b>\u05d0${"long".repeat(20)}`,
  ...Array.from({ length: 120 }, (_, i) => `user${String(i)}`),
];
const records = names.map((name, i) => ({
  ...{
    name,
    host1: "imap.old.example",
    user1: name,
    password1: "p",
    host2: "imap.gmail.com",
    user2: name,
    password2: "p",
  },
  group: i % 2 === 0 ? "sales" : "all-others",
}));
await fleet.done("add", fleet.file("accounts.json", JSON.stringify(records)));
const reason = `EXIT_AUTHENTICATION_FAILURE: ${"the server says no, and why it does takes many words; ".repeat(5)}`;
await fleet.postgres.query(
  "update interimap_fleet.accounts set status = 'stopped', reason = $1, failures = 1 where name = any($2)",
  [reason, names.slice(0, 3)],
);
await fleet.postgres.query(
  `insert into interimap_fleet.workers (name, concurrency, seen) values ('w1', 4, now()), ('w2', 4, now() - interval '9 minutes')`,
);

const pairs = ["late", "well", "new", "never"].map((name) => ({
  ...{ name: `pair-${name}`, engine: "sync", host1: "imap.old.example", user1: name, password1: "p" },
  ...{ host2: "imap.new.example", user2: name, password2: "p", every: "5m" },
}));
await fleet.done("add", fleet.file("pairs.json", JSON.stringify(pairs)));
await fleet.postgres.query(
  `update interimap_fleet.accounts set in_step = now() - case name when 'pair-late' then interval '3 hours' else interval '2 minutes' end
   where name in ('pair-late', 'pair-well')`,
);
await fleet.postgres.query(
  "update interimap_fleet.accounts set added = now() - interval '1 hour' where name = 'pair-never'",
);
await fleet.postgres.query(
  "update pgboss.job set start_after = now() + interval '3 minutes' where singleton_key = (select id::text from interimap_fleet.accounts where name = 'pair-well')",
);
await fleet.postgres.query(
  `insert into interimap_fleet.runs (account, lease, phase, worker, started, ended, kind, exit, sentence, messages, octets)
   select id, 0, 'sync', 'w1', in_step, in_step, 'done', 'DONE', '', 0, 0 from interimap_fleet.accounts where in_step is not null`,
);

async function logIn(t: TestContext, options: BrowserContextOptions = {}): Promise<Page> {
  const profile = await browser.profile(t, options);
  profile.expect(/Failed to load resource: the server responded with a status of 401/);
  const tab = await profile.tab();
  await tab.goto(`${web.address}/operator/fleet`);
  await tab.locator("[name=token]").fill("token of the operator");
  await tab.keyboard.press("Enter");
  await tab.getByRole("link", { name: "Fleet" }).click();
  await tab.getByRole("heading", { name: "Accounts" }).waitFor();
  return tab;
}

async function rowOf(name: string): Promise<{ readonly status: string; readonly is_asked_for: boolean } | undefined> {
  const [row] = await fleet.postgres.query<{ status: string; is_asked_for: boolean }>(
    "select status, is_asked_for from interimap_fleet.accounts where name = $1",
    [name],
  );
  return row;
}

test("an account that was stopped is retried, and one that waits is paused and resumed", async (t) => {
  const tab = await logIn(t);
  await tab.getByRole("button", { name: "Retry alice", exact: true }).click();
  await tab.getByRole("button", { name: "Pause alice", exact: true }).waitFor();
  assert.deepEqual(await rowOf("alice"), { status: "waiting", is_asked_for: true });
  await tab.getByRole("button", { name: "Pause alice", exact: true }).click();
  await tab.getByRole("button", { name: "Resume alice", exact: true }).click();
  await tab.getByRole("button", { name: "Pause alice", exact: true }).waitFor();
  assert.equal((await rowOf("alice"))?.status, "waiting");
});

test("accounts are looked for by name, state and group, and shown in pages", async (t) => {
  const tab = await logIn(t);
  await tab.getByRole("link", { name: "Further accounts" }).click();
  await tab.getByRole("button", { name: "Pause user99", exact: true }).waitFor();
  await tab.getByLabel("Name or user").fill("BOB");
  await tab.getByRole("button", { name: "Show" }).click();
  await tab.getByRole("button", { name: "Retry bob", exact: true }).waitFor();
  assert.equal(await tab.getByRole("button", { name: /^(?:Retry|Pause) / }).count(), 1 + 0 + (await groupButtons(tab)));
  await tab.getByLabel("Name or user").fill("");
  await tab.getByLabel("State", { exact: true }).selectOption("stopped");
  await tab.getByLabel("Group", { exact: true }).selectOption("group:all-others");
  await tab.getByRole("button", { name: "Show" }).click();
  await tab.getByRole("button", { name: "Retry all that are stopped" }).click();
  await tab.getByText("None.").waitFor();
  assert.equal((await rowOf("bob"))?.status, "waiting");
});

test("pairs are shown with their lag and their runs, and those that are out of step can be found", async (t) => {
  const tab = await logIn(t);
  await tab.getByText(/^1 of 4 in step; lag .* at most 3 hours/).waitFor();
  await tab.getByLabel("Name or user").fill("pair-");
  await tab.getByRole("button", { name: "Show" }).click();
  const row = (name: string): Promise<string> => tab.getByRole("row").filter({ hasText: name }).innerText();
  assert.match(
    await row("pair-late"),
    /out of step, lag 3 hours\s+last run 3 hours ago, next as soon as there is room/,
  );
  assert.match(
    await row("pair-well"),
    /(?<!out of step.*)in step, lag [23] minutes\s+last run [23] minutes ago, next in [23] minutes/,
  );
  assert.match(await row("pair-new"), /not in step yet\s+no run yet, next as soon as there is room/);
  await tab.getByLabel("State", { exact: true }).selectOption("late");
  await tab.getByRole("button", { name: "Show" }).click();
  await tab.getByRole("row").filter({ hasText: "pair-well" }).waitFor({ state: "detached" });
  for (const name of ["pair-late", "pair-never"])
    assert.equal(await tab.getByRole("row").filter({ hasText: name }).count(), 1);
  assert.match(await fleet.done("status"), /^Kept in step: 4 pairs, of which 2 late, 1 not in step yet$/m);
});

async function groupButtons(tab: Page): Promise<number> {
  return tab.getByRole("button", { name: /^Pause (?:source|target|provider|group):/ }).count();
}

test("a group gets a limit, is paused, and goes on", async (t) => {
  const tab = await logIn(t);
  await tab.getByLabel("At most, of provider:gmail").fill("7");
  await tab.keyboard.press("Enter");
  await tab.getByRole("button", { name: "Pause provider:gmail" }).click();
  await tab.getByRole("button", { name: "Resume provider:gmail" }).waitFor();
  assert.equal(await tab.getByLabel("At most, of provider:gmail").inputValue(), "7");
  const [row] = await fleet.postgres.query(
    "select most, paused_until = 'infinity' as paused from interimap_fleet.limits",
  );
  assert.deepEqual(row, { most: 7, paused: true });
  await tab.getByRole("button", { name: "Resume provider:gmail" }).click();
  await tab.getByRole("button", { name: "Pause provider:gmail" }).waitFor();
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const looks: Readonly<Record<string, BrowserContextOptions>> = {
  "on a desktop": { viewport: { width: 1280, height: 900 } },
  "on a desktop in the dark": { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
  "on a phone": { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true },
};

for (const [look, options] of Object.entries(looks))
  test(`everybody can use it ${look}`, async (t) => {
    const tab = await logIn(t, options);
    const directory = process.env["SCREENSHOTS"];
    if (directory !== undefined) await tab.screenshot({ path: join(directory, `${look}.png`), fullPage: true });
    await tab.evaluate(axe);
    const found: readonly { id: string; help: string; nodes: readonly { html: string }[] }[] = await tab.evaluate(
      "axe.run(document).then(({ violations }) => violations)",
    );
    assert.deepEqual(
      found.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`)),
      [],
    );
    const wide: number = await tab.evaluate(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    );
    assert.ok(wide <= 0, `${String(wide)} pixels too wide`);
  });
