// Rounds of changes with servers that lack extensions; a filter in front of Dovecot sees to it.

import { describeRounds, filtered } from "./any-server.ts";

const full = () => filtered("full");
const noqresync = () => filtered("noqresync");
const nocondstore = () => filtered("nocondstore");
const bare = () => filtered("bare");
const rev1 = () => filtered("rev1");

describeRounds({ peers: { full, noqresync }, seed: 201 });
describeRounds({ peers: { full, nocondstore }, seed: 202 });
describeRounds({ peers: { full, bare }, seed: 203 });
describeRounds({ peers: { noqresync, nocondstore }, seed: 204 });
// IMAP4rev1 and nothing else: not even messages that are sent unasked, or a capability to leave a mailbox.
describeRounds({ peers: { full, rev1 }, seed: 207, rounds: 3 });
