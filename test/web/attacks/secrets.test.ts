// Passwords of people who use the page are in the memory of the process that does their job, and nowhere else: not on disk, not in
// logs, not in `ps`, not in answers; nor is the operator's token.

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { asForm, asJson, open } from "../../support/http-request.ts";
import { startImapsyncWeb } from "../../support/imapsync-web.ts";
import { accepting } from "../../support/passwords.ts";
import { familyOf, shownOf } from "../../support/processes.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { formsIn, formsOf, type SecretForms } from "../../support/secret-forms.ts";
import { startAll } from "../../support/start-all.ts";
import { deliver, mails, twoStores } from "../../support/two-stores.ts";
import { valuesFor, WebClient } from "../../support/web-client.ts";

const passwords = { password1: "q~Source>>>>Pw?7", password2: 'q~Target>>>>Pw?9"\\' };
const wrong = "q~Wrong>>>>Pw?3";
const token = "q~Operator>>>>of>>>>the>>>>Pw?5";
const forms: SecretForms = new Map([
  ...formsOf("password1", passwords.password1),
  ...formsOf("password2", passwords.password2),
  ...formsOf("a wrong password", wrong),
  ...formsOf("the token", token),
]);

const { local, remote } = await startAll({
  local: startDovecot({ extraConfig: accepting(passwords.password1) }),
  remote: startDovecot({ extraConfig: accepting(passwords.password2) }),
});
const tokenFile = join(scratchDirectory("token"), "token");
writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
const web = await startImapsyncWeb({ "operator-token-file": tokenFile, "log-level": "debug" });
after(() => web.stop());

/** Where a secret was seen, and in which form. */
const found: string[] = [];
let looked = 0;

function look(where: string, contents: Buffer | string): void {
  if (contents.length > 0) looked++;
  for (const form of formsIn(forms, contents)) found.push(`${where}: ${form}`);
}

function lookAtFiles(): void {
  for (const name of readdirSync(web.state, { recursive: true }) as string[]) {
    const path = join(web.state, name);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    assert.equal(stats.mode & 0o077, 0, `${path} is for its owner only`);
    if (stats.isFile()) look(path, readFileSync(path));
  }
}

function lookAtProcesses(): readonly number[] {
  const family = familyOf(web.pid);
  for (const pid of family) look(`process ${String(pid)}`, shownOf(pid));
  return family;
}

test("secrets are nowhere, while a job runs and after it", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  const values = valuesFor(stores, passwords);
  const client = new WebClient(web);

  // Refused logins, whose words servers choose.
  const refused = await client.start({ ...values, password1: wrong });
  assert.equal((await client.endOf(refused.id)).state, "failed");

  let reached = (): void => undefined;
  let release = (): void => undefined;
  const copying = new Promise<void>((resolve) => (reached = resolve));
  const held = new Promise<void>((resolve) => (release = resolve));
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    action: () => {
      reached();
      return held;
    },
  });
  const { id } = await client.start(values);
  await copying;
  assert.ok(lookAtProcesses().length >= 2, "the server and the job's process");
  lookAtFiles();
  look("cookies", JSON.stringify(client.cookies));
  release();
  assert.equal((await client.endOf(id)).state, "done");

  for (const job of [id, refused.id]) {
    for (const path of ["/", "/state", "/log", "/lines?from=1&count=2000", "/left.csv", "/report.json"]) {
      const { status, text } = await client.ask(`/jobs/${job}${path}`);
      assert.equal(status, 200, path);
      look(path, text);
    }
    const events = await open(web.address, `/jobs/${job}/events`, { headers: client.cookieHeader(`/jobs/${job}/`) });
    for await (const chunk of events) look("events", chunk as Buffer);
  }

  // What is sent back with an error.
  for (const question of [asForm, asJson]) {
    const { status, headers, text } = await client.ask("/jobs", question({ ...values, host1: "" }));
    assert.equal(status, 400);
    look("the form with an error", JSON.stringify(headers) + text);
  }
  look("the preview", (await client.ask("/preview", asForm(values, { accept: "text/html" }))).text);
  look("the original's answer", (await client.ask("/cgi-bin/imapsync", asForm(values))).text);
  for (const given of [token, wrong]) {
    const { text } = await client.ask("/operator", asForm({ token: given }));
    look("the operator's answer", text);
  }
  look("the operator's page", (await client.ask("/operator")).text);
  look("the operator's cookie", JSON.stringify(client.cookies));

  lookAtFiles();
  look("its output", web.lines.join("\n"));
  assert.deepEqual(found, []);
  assert.ok(looked > 25, String(looked));
});

test("the passwords of a job that is killed are nowhere either", async (t) => {
  const stores = await twoStores(t, { local, remote });
  await deliver(stores.local, "INBOX", ...mails("m", 5));
  let reached = (): void => undefined;
  const copying = new Promise<void>((resolve) => (reached = resolve));
  stores.hold("remote", "client", {
    pattern: / APPEND /,
    action: () => {
      reached();
      return new Promise(() => undefined);
    },
  });
  const client = new WebClient(web);
  const { id } = await client.start(valuesFor(stores, passwords));
  await copying;
  for (const pid of familyOf(web.pid).filter((one) => one !== web.pid)) process.kill(pid, "SIGABRT");
  assert.equal((await client.endOf(id)).state, "failed");
  look("log", (await client.log(id)).join("\n"));
  lookAtFiles();
  look("its output", web.lines.join("\n"));
  assert.deepEqual(found, []);
});
