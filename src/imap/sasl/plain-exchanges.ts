// Mechanisms of a single message.

import type { Exchange, SaslMechanism } from "./exchange.ts";

interface Identity {
  readonly username: string;
  readonly authzid: string | undefined;
}

/** RFC 4616 */
export function plain(identity: Identity, password: string): Exchange {
  return oneMessage("PLAIN", plainMessage(identity, password));
}

export function plainMessage({ username, authzid = "" }: Identity, password: string): string {
  return `${authzid}\0${username}\0${password}`;
}

/** RFC 4422 appendix A: the TLS handshake has proved who we are. */
export function external(authzid = ""): Exchange {
  return oneMessage("EXTERNAL", authzid);
}

function oneMessage(mechanism: SaslMechanism, message: string): Exchange {
  return { mechanism, first: Buffer.from(message, "utf8"), answer: () => undefined };
}
