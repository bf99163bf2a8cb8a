// The disk with the state directory is full, or may not be written to: mail is copied all the same, the page says what is missing, and the
// server goes on.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { startBrowser } from "../support/browser.ts";
import { startDovecot } from "../support/dovecot.ts";
import { eventually } from "../support/eventually.ts";
import { holdCopy } from "../support/held-copy.ts";
import { asForm, asJson, ask } from "../support/http-request.ts";
import { type ImapsyncWeb, imapsyncWebProgram, startImapsyncWeb } from "../support/imapsync-web.ts";
import { logShows, openForm, showsEnd, start, startButton } from "../support/page-use.ts";
import { scratchDirectory } from "../support/scratch.ts";
import { type SmallDisk, smallDisk } from "../support/small-disk.ts";
import { startAll } from "../support/start-all.ts";
import { programWithWorker, sayEnd } from "../support/talkative-worker.ts";
import { contents, deliver, mails, type TwoStores, twoStores } from "../support/two-stores.ts";
import { valuesFor, WebClient } from "../support/web-client.ts";

const browser = await startBrowser();
const { local, remote } = await startAll({ local: startDovecot(), remote: startDovecot() });

interface Place {
  readonly disk: SmallDisk;
  readonly web: ImapsyncWeb;
  readonly stores: TwoStores;
  /** Folders of jobs. */
  readonly jobs: () => readonly string[];
  readonly setReadOnly: (isReadOnly: boolean) => void;
}

/** A server whose jobs are on a small disk; undefined when there is none to be had. */
async function onDisk(t: TestContext, program = imapsyncWebProgram()): Promise<Place | undefined> {
  const disk = await smallDisk(t, { megabytes: 4 });
  if (disk === undefined) return undefined;
  const state = join(disk.directory, "state");
  const web = await startImapsyncWeb({ "state-directory": state }, { program, inside: disk.inside });
  t.after(() => web.stop());
  const stores = await twoStores(t, { local, remote });
  const folder = join(state, "jobs");
  const mount = (...args: readonly string[]): void => {
    const [program = "", ...words] = disk.inside(args);
    execFileSync(program, words);
  };
  return {
    ...{ disk, web, stores, jobs: () => readdirSync(disk.outside(folder)) },
    setReadOnly: (isReadOnly) => {
      if (!isReadOnly) return mount("umount", folder);
      mount("mount", "--bind", folder, folder);
      mount("mount", "-o", "remount,bind,ro", folder);
    },
  };
}

test("full while a copy runs: it ends as it should, and the page says that its log has a gap, also after a restart", async (t) => {
  const place = await onDisk(t);
  if (place === undefined) return;
  const { disk, web, stores, jobs } = place;
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const copy = holdCopy(stores);
  const profile = await browser.profile(t);
  profile.expect(/status of 503/, /net::ERR_/);
  const tab = await profile.tab();
  await openForm(tab, web);
  await start(tab, valuesFor(stores));
  await copy.reached;
  await logShows(tab, "Host1: folder [INBOX]");
  disk.fill();
  copy.release();
  await showsEnd(tab, "done");
  await tab.getByText("could not write all of the log").waitFor();
  assert.equal((await contents(stores.remote)).length, 5);
  await logShows(tab, "Host1: folder [INBOX]");

  // Nothing new begins: nobody could see what becomes of it.
  const other = await profile.tab();
  await openForm(other, web);
  for (const [name, value] of Object.entries(valuesFor(stores)))
    await other.locator(`[name=${name}]`).fill(value as string);
  await startButton(other).click();
  await other.getByRole("alert").getByText("cannot write any logs at the moment").waitFor();
  const original = await ask(web.address, "/cgi-bin/imapsync", asForm(valuesFor(stores)));
  assert.equal(original.status, 503);
  assert.equal(jobs().length, 1);
  assert.equal(web.lines.filter((line) => line.includes("internal error")).length, 0);

  disk.makeRoom();
  await web.restart();
  await tab.reload();
  await showsEnd(tab, "done");
  await tab.getByText("could not write all of the log").waitFor();
  const row = tab.getByRole("row").filter({ hasText: "INBOX" });
  assert.match(await row.innerText(), /\b5\b/, "what came of each folder is known");
});

test("room again while a job runs: its log goes on, with a line where something is missing", async (t) => {
  const step = join(scratchDirectory("steps"), "step");
  const stepIs = (name: string): void => writeFileSync(step, name);
  const place = await onDisk(t, programWithWorker(threeParts(step)));
  if (place === undefined) return;
  const { disk, web, stores } = place;
  const client = new WebClient(web);
  const { id } = await client.start(valuesFor(stores));
  await eventually("the first part is kept", async () => {
    const { text } = await client.ask(`/jobs/${id}/lines`);
    return (JSON.parse(text) as { readonly total: number }).total === 300;
  });
  disk.fill();
  stepIs("second");
  await eventually("something is lost", () => web.lines.some((line) => line.includes("cannot be written")));
  assert.equal((await client.status(id)).hasLogGap, true);
  disk.makeRoom();
  stepIs("third");
  const end = await client.endOf(id);
  assert.deepEqual([end.state, end.hasLogGap], ["done", true]);
  const log = await client.log(id);
  const parts = [...new Set(log.map((line) => line.split(" ")[0]))].filter((part) => part !== "");
  assert.deepEqual([parts.at(0), parts.at(-1)], ["first", "third"]);
  assert.ok(log.some((line) => /^Here the log has a gap of \d+ lines/.test(line)));
  // Another run has a log without a gap.
  const passwords = { password1: local.password, password2: remote.password };
  const again = await client.ask(`/jobs/${id}/resume`, asJson(passwords));
  assert.equal(again.status, 201, again.text);
  const second = await client.endOf(id);
  assert.deepEqual([second.state, second.hasLogGap], ["done", false]);
});

/** Says something, more when the file says "second", and the rest when it says "third". */
function threeParts(step: string): string {
  return `
const stepIs = (name) => { try { return readFileSync(${JSON.stringify(step)}, "utf8") >= name; } catch { return false; } };
for (const part of ["first", "second", "third"]) {
  while (part !== "first" && !stepIs(part)) await new Promise((resolve) => setTimeout(resolve, 20));
  for (let i = 0; i < 300; i++) await say({ type: "line", text: part + " ".repeat(100) });
}
${sayEnd}`;
}

test("full when the server starts again, after it was killed: jobs are shown, those that ran as interrupted", async (t) => {
  const never = `await say({ type: "line", text: "I am here" }); await new Promise(() => {});`;
  const place = await onDisk(t, programWithWorker(never));
  if (place === undefined) return;
  const { disk, web, stores } = place;
  const client = new WebClient(web);
  const { id } = await client.start(valuesFor(stores));
  await client.reaches(id, "running");
  disk.fill();
  await web.restart({}, "SIGKILL");
  assert.equal((await client.status(id)).state, "interrupted");
  assert.equal((await client.ask(`/jobs/${id}/`)).status, 200);
  // As long as it is full, also after an end in order.
  await web.restart();
  assert.equal((await client.status(id)).state, "interrupted");
});

test("read-only: what is there can be looked at, nothing begins, nothing is deleted, and the server goes on", async (t) => {
  const place = await onDisk(t);
  if (place === undefined) return;
  const { web, stores, jobs, setReadOnly } = place;
  const client = new WebClient(web);
  const { id } = await client.start(valuesFor(stores));
  assert.equal((await client.endOf(id)).state, "done");
  setReadOnly(true);
  assert.equal((await client.ask("/jobs", asJson(valuesFor(stores)))).status, 503);
  const passwords = { password1: local.password, password2: remote.password };
  assert.equal((await client.ask(`/jobs/${id}/resume`, asJson(passwords))).status, 503);
  assert.equal((await client.ask(`/jobs/${id}/delete`, asJson({}))).status, 500);
  assert.equal((await client.ask(`/jobs/${id}/`)).status, 200);
  assert.ok((await client.log(id)).some((line) => line.includes("Exiting with return value 0")));
  assert.deepEqual(jobs(), [id]);
  setReadOnly(false);
  assert.equal((await client.ask(`/jobs/${id}/delete`, asJson({}))).status, 204);
  assert.deepEqual(jobs(), []);
});
