// The copier is killed at a step, or a connection is cut there, and it is run again: nothing is there twice, nothing is
// missing, and a further run has nothing to do. With THOROUGH=campaigns at every step, else at a few; SCENARIO, STEP, BLOW and AT_ONCE as in
// campaign.ts.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { seededRandom } from "../support/random.ts";
import { runImapsync, startImapsync } from "../support/run-imapsync.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { fullMinutes, inParallel, isAskedFor, isFull, seed, shuffled, trialsAtOnce } from "./campaign.ts";
import { Continued, whatIsLeft } from "./what-is-left.ts";

/** Of each scenario, unless all are wanted. */
const sampled = 4;

const { source, target } = await startAll({ source: startDovecot(), target: startDovecot() });

interface Scenario {
  readonly name: string;
  readonly args: (stores: TwoStores) => readonly string[];
  /** Without a header that could tell it from others, a message is copied, too. */
  readonly copiesNameless?: true;
  readonly moves?: true;
}

const nameless = { ...mail("n"), bytes: Buffer.from("From: a@example.org\r\nSubject: nameless\r\n\r\ntext\r\n") };

const scenarios: readonly Scenario[] = [
  { name: "a plain copy", args: () => [] },
  { name: "--delete1", args: () => ["--delete1"], moves: true },
  { name: "--addheader", args: () => ["--addheader"], copiesNameless: true },
  { name: "--delete2", args: () => ["--delete2"] },
  { name: "--state", args: ({ home }) => ["--state", join(home.directory, "state.db")] },
  { name: "--useuid", args: () => ["--useuid"], copiesNameless: true },
];

async function fill(stores: TwoStores): Promise<void> {
  await command(stores.local, "CREATE A", "CREATE A/B");
  await deliver(stores.local, "INBOX", ...mails("i", 6, { flags: ["\\Seen"], body: "x".repeat(20_000) }), nameless);
  await deliver(stores.local, "A/B", ...mails("b", 3));
  await deliver(stores.remote, "INBOX", mail("i1"), mail("own"));
}

function expected({ copiesNameless, name }: Scenario): Record<string, readonly string[]> {
  const own = name === "--delete2" ? [] : ["own"];
  const seen = ["1", "2", "3", "4", "5", "6"].map((number) => `i${number} \\seen`);
  const unnamed = copiesNameless === true ? [name === "--addheader" ? "7@imapsync>" : "without Message-ID"] : [];
  return { INBOX: [...unnamed, ...seen, ...own].sort(), "A\0B": ["b1", "b2", "b3"] };
}

/** How many lines the servers say in an undisturbed run. */
async function stepsOf(t: Pick<TestContext, "after">, scenario: Scenario): Promise<number> {
  const stores = await twoStores(t, { local: source, remote: target });
  await fill(stores);
  const { code, lines } = await runImapsync(stores, scenario.args(stores));
  assert.equal(code, 0, lines.join("\n"));
  await assertEnd(stores, scenario, "undisturbed");
  return stores.proxies.local.serverLines.length + stores.proxies.remote.serverLines.length;
}

async function assertEnd(stores: TwoStores, scenario: Scenario, where: string): Promise<void> {
  const found = { INBOX: await contents(stores.remote, "INBOX"), "A\0B": await contents(stores.remote, "A\0B") };
  assert.deepEqual(found, expected(scenario), where);
  if (scenario.moves !== true) return;
  const left = [await contents(stores.local, "INBOX"), await contents(stores.local, "A\0B")];
  assert.deepEqual(left, [["without Message-ID"], []], `${where}: host1`);
}

type Blow = "kill" | "cut";

const continued = new Continued<void>();

async function trial(
  t: Pick<TestContext, "after">,
  scenario: Scenario,
  { step, blow }: { step: number; blow: Blow },
): Promise<void> {
  const where = `${scenario.name}: ${blow} at step ${step}`;
  const stores = await twoStores(t, { local: source, remote: target });
  await fill(stores);
  const args = scenario.args(stores);
  const running = startImapsync(stores, args);
  let said = 0;
  for (const side of ["local", "remote"] as const)
    stores.hold(side, "server", {
      pattern: /^/,
      always: true,
      action: () => {
        if (++said !== step) return undefined;
        if (blow === "cut") return "cut";
        running.child.kill("SIGKILL");
        return undefined;
      },
    });
  const { status, stdout } = await running.finished;
  for (const side of ["local", "remote"] as const) stores.release(side);
  // Before both are logged in, a cut is a failure to connect.
  if (blow === "cut" && /success login on .*\n(.*\n)*.*success login on/.test(stdout))
    assert.equal(status, 0, `${where}\n${stdout}`);
  const { home, proxies, local, remote } = stores;
  const names = [home.directory, local.user, remote.user, proxies.local.server.port, proxies.remote.server.port];
  const left = await whatIsLeft({ servers: stores, directory: home.directory, names });
  await continued.goOn(`${scenario.name} ${left}`, async () => {
    const again = await runImapsync(stores, args);
    assert.equal(again.code, 0, `${where}\n${again.lines.join("\n")}`);
    await assertEnd(stores, scenario, where);
    const last = await runImapsync(stores, args);
    assert.equal(last.figure("Messages transferred"), "0", where);
    await assertEnd(stores, scenario, `${where}, run again`);
  });
}

for (const scenario of scenarios.filter(({ name }) => isAskedFor("SCENARIO", name)))
  test(`${scenario.name}: killed or cut at any step and run again, nothing is twice and nothing missing`, async (t) => {
    const steps = await stepsOf(t, scenario);
    const every = Math.ceil(steps / sampled);
    const all = Array.from({ length: steps }, (_, i) => i + 1);
    const blows = all.flatMap((step) =>
      isFull
        ? (["kill", "cut"] as const).map((blow) => ({ step, blow }))
        : step % every === scenario.name.length % every
          ? [{ step, blow: step % 2 === 0 ? ("kill" as const) : ("cut" as const) }]
          : [],
    );
    const wanted = blows.filter(({ step, blow }) => isAskedFor("STEP", step) && isAskedFor("BLOW", blow));
    const failures: string[] = [];
    const sparedBefore = continued.spared;
    const deadline = isFull ? Date.now() + fullMinutes * 60_000 : Infinity;
    let done = 0;
    await inParallel(shuffled(seededRandom(seed), wanted), trialsAtOnce({}), async (blow) => {
      if (Date.now() > deadline) return;
      done++;
      await trial(t, scenario, blow).catch((error: unknown) => failures.push(String(error)));
    });
    const counts = `${String(steps)} steps, ${String(done)} of ${String(wanted.length)} trials, ${String(continued.spared - sparedBefore)} of them spared`;
    t.diagnostic(`${counts} the runs behind the first, ${String(failures.length)} failures`);
    assert.deepEqual(failures, []);
  });
