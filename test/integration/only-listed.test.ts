// A server that lists extensions and knows none of them is synchronised by the base protocol, and a line for diagnosis says so.

import assert from "node:assert/strict";
import { sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import { asUser } from "../support/mail-server.ts";
import { makeHome, plainText, runInterimap } from "../support/run-interimap.ts";
import { startAll } from "../support/start-all.ts";
import { startStrictFilter } from "../support/strict-filter.ts";
import { inTurn } from "../support/turns.ts";
import { command, deliver, mails } from "../support/two-stores.ts";
import { assertConverges, assertNothingToChange } from "./converge.ts";

const onOne = inTurn(sides);

const { server } = await startAll({ server: startDovecot() });
const falsely = ["LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "ESEARCH", "UNSELECT", "SASL-IR"];

for (const side of sides) {
  const test = onOne(side);
  test(`of the ${side} server`, async (t) => {
    const servers = { local: asUser(server, `${side}1`), remote: asUser(server, `${side}2`) };
    const filter = await startStrictFilter(servers[side], { profile: "rev1", falsely });
    const home = makeHome({ ...servers, [side]: plainText(filter.server) });
    t.after(async () => {
      home.remove();
      await filter.stop();
    });
    const pair = { ...servers, home };
    await command(servers.local, "CREATE a", "CREATE a/b", "SUBSCRIBE a/b");
    await deliver(servers.local, "a/b", ...mails("m", 3));
    await deliver(servers.remote, "INBOX", ...mails("n", 3));

    const { status, stderr } = await runInterimap(home, ["--debug"]);
    assert.equal(status, 0, stderr);
    for (const name of ["SASL-IR", "LIST-EXTENDED"])
      assert.match(stderr, new RegExp(`${side}: the server refused .*; going on without ${name}$`, "m"));
    await assertConverges(pair);
    await assertNothingToChange(pair);
    // Each once in a run, and LIST once more without the states.
    const refused = filter.violations.map(({ lacks }) => lacks);
    assert.deepEqual([...new Set(refused)].sort(), ["LIST-EXTENDED", "SASL-IR", "UNSELECT"]);
    assert.equal(refused.filter((name) => name === "SASL-IR").length, 3);
    assert.equal(refused.filter((name) => name === "LIST-EXTENDED").length, 6);
  });
}
