// Several migrations at once, and never more of them at work than allowed; bench/web-load.ts does it with many.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startDovecot } from "../support/dovecot.ts";
import { startImapsyncWeb } from "../support/imapsync-web.ts";
import { startAll } from "../support/start-all.ts";
import { fillAccounts, underLoad } from "../support/web-load.ts";

const { source, destination } = await startAll({ source: startDovecot(), destination: startDovecot() });

test("six migrations at once, two of them at work at a time", async () => {
  const web = await startImapsyncWeb({ "max-jobs": "2" });
  after(() => web.stop());
  const options = { web, source, destination, migrations: 6 };
  await fillAccounts(options);
  const { failures, differences, mostWorkers, answers } = await underLoad(options);
  assert.deepEqual(failures, []);
  assert.deepEqual(differences, []);
  assert.equal(mostWorkers, 2);
  assert.ok(answers.length > 0);
});
