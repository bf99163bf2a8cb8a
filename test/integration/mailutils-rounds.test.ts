// Rounds of changes with a server that has hardly more than IMAP4rev1, and has that its own way.

import { startDovecot } from "../support/dovecot.ts";
import { isMailutilsInstalled, startMailutils } from "../support/mailutils.ts";
import { asItIs, describeRounds } from "./any-server.ts";

describeRounds({
  peers: { Dovecot: () => asItIs(startDovecot()), Mailutils: () => asItIs(startMailutils()) },
  seed: 206,
  kinds: { systemFlagsOnly: true },
  compare: { withoutDatesAndKeywords: true },
  // What was appended to the selected mailbox has other UIDs later.
  runs: 3,
  skip: isMailutilsInstalled() ? false : "Mailutils is not installed",
});
