// STARTTLS: what follows on the connection is protected (RFC 3501 6.2.1).

import { InterimapError } from "../../model/errors.ts";
import type { InetSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { Capabilities } from "../capabilities.ts";
import { line } from "../codec/write-command.ts";
import type { Session } from "../session/session.ts";
import type { AttemptOptions } from "../transport/attempt.ts";
import { upgradeToTls } from "../transport/tls.ts";
import { refreshCapabilities } from "./capability.ts";

export interface StartTlsContext {
  readonly settings: InetSettings;
  /** The server has greeted with PREAUTH. */
  readonly isPreauthenticated: boolean;
  readonly attempt: AttemptOptions;
}

/** @throws InterimapError STARTTLS_MISSING, TLS or CONNECT; CommandRefused. */
export async function startTls(session: Session, context: StartTlsContext): Promise<void> {
  if (context.isPreauthenticated) {
    // A PREAUTH greeting forbids STARTTLS, which is how an attacker would strip it.
    throw new InterimapError("STARTTLS_MISSING", "the server greets with PREAUTH, so STARTTLS is not possible", {
      hint: `set ${asSetting("STARTTLS = NO")} only if this network is trusted`,
    });
  }
  if (!session.capabilities.has("STARTTLS")) {
    throw new InterimapError("STARTTLS_MISSING", "the server does not offer STARTTLS", {
      hint: `use ${asSetting("type = imaps")}, or ${asSetting("STARTTLS = NO")} if this network is trusted`,
    });
  }
  await session.exchangeTransport(
    { name: "STARTTLS", overlap: "alone", parts: line`STARTTLS` },
    (transport, surplus) => {
      if (surplus.length > 0) {
        throw new InterimapError("TLS", "unencrypted data followed the answer to STARTTLS: somebody may be tampering");
      }
      return upgradeToTls(transport, context.settings, context.attempt);
    },
  );
  // What was said before TLS cannot be trusted (RFC 3501 6.2.1).
  session.capabilities = new Capabilities([]);
  await refreshCapabilities(session);
}
