// Rounds of changes with servers that lack extensions; a filter in front of Dovecot sees to it.

import { describeRounds, filtered } from "./any-server.ts";

const full = () => filtered("full");
const noqresync = () => filtered("noqresync");
const nocondstore = () => filtered("nocondstore");
const bare = () => filtered("bare");

describeRounds({ peers: { full, noqresync }, seed: 201 });
describeRounds({ peers: { full, nocondstore }, seed: 202 });
describeRounds({ peers: { full, bare }, seed: 203 });
describeRounds({ peers: { noqresync, nocondstore }, seed: 204 });
