// npm run demo: two throw-away mail servers, synchronised before your eyes. Leaves nothing behind.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { startDovecot } from "../test/support/dovecot.ts";
import { withImapFlow } from "../test/support/imap-client.ts";
import type { MailServer } from "../test/support/mail-server.ts";
import { appendAll, populate } from "../test/support/mail-store.ts";
import { wireName } from "../test/support/mailbox-names.ts";
import { makeMail, makeMessage } from "../test/support/message-generator.ts";
import { seededRandom } from "../test/support/random.ts";
import { RawImap } from "../test/support/raw-imap.ts";
import { interimapCommand, type InterimapHome, makeHome, runInterimap } from "../test/support/run-interimap.ts";
import { diffSnapshots, snapshot } from "../test/support/snapshot.ts";
import { installOrExit } from "./install-packages.ts";
import { storeTable } from "./lib/store-table.ts";

const random = seededRandom(2024);

installOrExit(["dovecot-imapd"]);
heading("1. Two mail servers");
const local = await startDovecot({ separator: "." });
const remote = await startDovecot({ separator: "/" });
try {
  say(`Two Dovecots on 127.0.0.1, local on port ${local.port} with mailbox names like a.b, remote on port
${remote.port} with names like a/b. The remote one gets mail of several kinds, one message of 8 MB among it.
In the tables, + marks a subscribed mailbox.`);
  await populate(remote, { seed: 7, messages: 80, mailboxes: 14 });
  await appendLargeMessage(remote);
  await show();

  heading("2. The first run copies everything");
  const home = makeHome({ local, remote });
  say(`The configuration, ${home.configFile}:`);
  console.log(indented(readFileSync(home.configFile, "utf8").trim()));
  await synchronise(home);
  await show();

  heading("3. Changes on both sides");
  await changeLocal(local);
  await changeRemote(remote);
  await show();

  heading("4. The next run carries the changes over, both ways");
  await synchronise(home);
  const isIdentical = await show();
  if (!isIdentical) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await Promise.all([local.stop(), remote.stop()]);
}

async function appendLargeMessage(server: MailServer): Promise<void> {
  const imap = await RawImap.login(server);
  await appendAll(imap, wireName(server, "Archive"), [makeMail(random, { size: 8_000_000 })]);
  await imap.close();
}

async function changeLocal(server: MailServer): Promise<void> {
  await withImapFlow(server, async (client) => {
    say("local:   a new message in INBOX, one more flagged, two deleted, a new mailbox “Reisen.Köln”, subscribed");
    await client.append("INBOX", makeMessage(random), ["\\Seen"]);
    await client.mailboxOpen("INBOX");
    await client.messageFlagsAdd("1", ["\\Flagged", "todo"]);
    await client.messageDelete("2:3");
    await client.mailboxCreate(["Reisen", "Köln"]);
    await client.mailboxSubscribe("Reisen.Köln");
  });
}

async function changeRemote(server: MailServer): Promise<void> {
  await withImapFlow(server, async (client) => {
    say("remote:  a new message in Entwürfe, all of INBOX read, “Archive” unsubscribed, “Archive/2023” subscribed");
    await client.append("Entwürfe", makeMessage(random), ["\\Draft"]);
    await client.mailboxOpen("INBOX");
    await client.messageFlagsAdd("1:*", ["\\Seen"]);
    await client.mailboxUnsubscribe("Archive");
    await client.mailboxSubscribe("Archive/2023");
  });
}

async function synchronise(home: InterimapHome): Promise<void> {
  const command = interimapCommand().map((word) => (word.startsWith("/") ? basename(word) : word));
  say(`$ XDG_CONFIG_HOME=… XDG_DATA_HOME=… ${command.join(" ")}`);
  const started = performance.now();
  const { status, signal, stdout, stderr } = await runInterimap(home);
  const output = `${stdout}${stderr}`.trim();
  if (output !== "") console.log(indented(output));
  say(`It ended with ${signal ?? `status ${status}`} after ${((performance.now() - started) / 1000).toFixed(2)} s.`);
  if (status !== 0) throw new Error("the synchronisation failed");
}

/** Shows both stores and says whether they are equal, message for message. */
async function show(): Promise<boolean> {
  const [left, right] = await Promise.all([snapshot(local), snapshot(remote)]);
  console.log(`${storeTable(left, right)}\n`);
  const differences = diffSnapshots(left, right);
  const isIdentical = differences.length === 0;
  say(
    isIdentical
      ? "✔ Identical: every mailbox, subscription, message (SHA-256), flag and INTERNALDATE."
      : `✘ Not identical. For example: ${differences[0] ?? ""}`,
  );
  return isIdentical;
}

function heading(text: string): void {
  console.log(`\n${text}\n${"═".repeat(text.length)}\n`);
}

function say(text: string): void {
  console.log(`${text}\n`);
}

function indented(text: string): string {
  const lines = text.split("\n").map((line) => `    ${line}`.trimEnd());
  const most = 24;
  if (lines.length <= most) return `${lines.join("\n")}\n`;
  return [...lines.slice(0, most - 4), `    … ${lines.length - most + 1} lines more …`, ...lines.slice(-3), ""].join(
    "\n",
  );
}
