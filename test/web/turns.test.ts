// When a job begins and when it ends without anybody's doing: it waits for its turn, and ends with its tab where the operator wants that.
// What does the jobs says something and then waits for its end.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { JobForm } from "../../src/web/api.ts";
import { startBrowser } from "../support/browser.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { abort, headline, openForm, showsEnd, start } from "../support/page-use.ts";
import { programWithWorker } from "../support/talkative-worker.ts";
import { WebClient } from "../support/web-client.ts";

const browser = await startBrowser();
const program = programWithWorker(`await say({ type: "line", text: "I am here" }); await new Promise(() => {});`);

function valuesOf(user: string): JobForm {
  const passwords = { password1: "p", password2: "p" };
  return { host1: "h1.example", user1: user, host2: "h2.example", user2: user, ...passwords };
}

test("a page shows how many are before it, as that changes, and when its turn has come", async (t) => {
  const web = await startImapsyncWeb({ "max-jobs": "1" }, { program });
  after(() => web.stop());
  const profile = await browser.profile(t);
  const tabs = [await profile.tab(), await profile.tab(), await profile.tab()] as const;
  for (const [i, tab] of tabs.entries()) {
    await openForm(tab, web);
    await start(tab, valuesOf(`user${String(i)}`));
  }
  const [first, second, third] = tabs;
  const shows = (tab: typeof third, words: string): Promise<void> => headline(tab).filter({ hasText: words }).waitFor();
  await shows(second, "Waiting for its turn: number 1");
  await shows(third, "Waiting for its turn: number 2");
  await abort(second);
  await showsEnd(second, "aborted");
  await shows(third, "Waiting for its turn: number 1");
  await abort(first);
  await showsEnd(first, "aborted");
  await shows(third, "Starting");
  await third.getByText("I am here").first().waitFor();
});

test("a job whose tab is closed ends where the operator wants it so, and one that is watched goes on", async (t) => {
  const web = await startImapsyncWeb({ "end-with-tab": "YES" }, { program });
  after(() => web.stop());
  const profile = await browser.profile(t);
  const [left, watched] = [await profile.tab(), await profile.tab()];
  const ids: string[] = [];
  for (const [i, tab] of [left, watched].entries()) {
    await openForm(tab, web);
    ids.push(await start(tab, valuesOf(`user${String(i)}`)));
    await tab.getByText("Keep this page open: the copy ends when it is closed.").waitFor();
    await tab.getByText("I am here").first().waitFor();
  }
  const client = new WebClient(web);
  for (const cookie of await profile.context.cookies(ids.map((id) => `${web.address}/jobs/${id}/`)))
    client.keep(cookie);
  await left.close();
  assert.equal((await client.endOf(ids[0] ?? "")).state, "aborted");
  assert.equal((await client.status(ids[1] ?? "")).state, "running");
});
