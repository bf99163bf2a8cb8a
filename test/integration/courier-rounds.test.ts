// Rounds of changes with a server that has UIDPLUS, and nothing else that tells what changed.

import { isCourierInstalled, startCourier } from "../support/courier.ts";
import { startCyrus } from "../support/cyrus.ts";
import { asItIs, describeRounds } from "./any-server.ts";

describeRounds({
  peers: {
    Cyrus: () => asItIs(startCyrus({ separator: ".", altNamespace: false })),
    Courier: () => asItIs(startCourier()),
  },
  seed: 205,
  compare: { withFinalLineEnd: true },
  skip: isCourierInstalled() ? false : "Courier is not installed",
});
