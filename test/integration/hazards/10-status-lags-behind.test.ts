// STATUS of the mailbox that is selected tells what that session has seen of it. In Dovecot 2.3 this leaves out what another
// session, such as our own second one, has appended since.

import { test } from "node:test";
import { startDovecot } from "../../support/dovecot.ts";
import { startAll } from "../../support/start-all.ts";
import { deliver, mails, twoStores } from "../../support/two-stores.ts";
import { assertConverges, assertNothingToDo } from "../converge.ts";

const servers = await startAll({ local: startDovecot(), remote: startDovecot() });

test("a STATUS that leaves out our own copies is asked for once more", async (t) => {
  const stores = await twoStores(t, servers);
  await deliver(stores.local, "INBOX", ...mails("here", 2));
  await deliver(stores.remote, "INBOX", ...mails("there", 2));
  stores.hold("remote", "server", {
    pattern: /^\* STATUS INBOX \(MESSAGES 4 /,
    action: (line) => ({ instead: line.replace("MESSAGES 4", "MESSAGES 3").replace("UIDNEXT 5", "UIDNEXT 4") }),
  });
  await assertConverges(stores);
  await assertNothingToDo(stores);
});
