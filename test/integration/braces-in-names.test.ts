// Names of mailboxes that Cyrus takes for regular expressions when it lists them: `LIST "" "{5}"` ends the connection.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isCyrusInstalled, startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { quoted } from "../support/raw-imap.ts";
import { runImapsync } from "../support/run-imapsync.ts";
import { runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { command, contents, deliver, mail, twoStores, userNames } from "../support/two-stores.ts";

const hasCyrus = isCyrusInstalled();
const skip = !hasCyrus && "Cyrus is not installed";
const servers = !hasCyrus
  ? undefined
  : await startAll({ local: startDovecot(), remote: startCyrus({ users: userNames }) });

const refused = ["{5}", "a{2,1}", "b|c", "p%q/below"];
const taken = ["Z", "s*", " blank ", "(x)+"];

test("imapsync: a folder whose name Cyrus refuses costs itself and one line, in each run", { skip }, async (t) => {
  const stores = await twoStores(t, servers!);
  for (const name of [...refused, ...taken]) {
    await command(stores.local, `CREATE ${quoted(name)}`);
    await deliver(stores.local, name, mail("m"));
  }
  for (const copied of [taken.length, 0]) {
    const { code, lines, figure } = await runImapsync(stores, ["--subscribeall", "--noerrorsdump"]);
    const text = lines.join("\n");
    assert.deepEqual([code, figure("Messages transferred")], [116, String(copied)], text);
    const errors = lines.filter((line) => /^Err \d/.test(line));
    const namesOf = errors.map((error) => /: could not create folder (.*) on host2: /.exec(error)?.[1]);
    assert.deepEqual(new Set(namesOf), new Set(refused), text);
    assert.equal(errors.length, refused.length, text);
    assert.equal(figure("Reconnections to host2"), "0", text);
    assert.doesNotMatch(text, /could not subscribe/);
    assert.match(text, /^That leaves out 4 of 9 folders of host1/m);
  }
  for (const name of taken) assert.deepEqual(await contents(stores.remote, name), ["m"], name);
});

test("interimap: a mailbox whose name Cyrus refuses costs itself", { skip }, async (t) => {
  const stores = await twoStores(t, servers!);
  for (const name of ["{5}", "Z"]) {
    await command(stores.local, `CREATE ${quoted(name)}`);
    await deliver(stores.local, name, mail("m"));
  }
  for (let run = 0; run < 2; run++) {
    const { status, stdout, stderr } = await runInterimap(stores.home, ["{5}", "Z"]);
    assert.equal(status, 1, stdout + stderr);
    assert.match(stdout + stderr, /\{5\}/);
  }
  assert.deepEqual(await contents(stores.remote, "Z"), ["m"]);
});
