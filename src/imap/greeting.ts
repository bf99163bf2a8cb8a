// The first words of a server, and what it means when there are none: it is no IMAP server, or this is not its port.

import { InterimapError } from "../model/errors.ts";
import type { InetSettings, TransportSettings } from "../model/server-settings.ts";
import { asSetting } from "../model/vocabulary.ts";
import { wordsOf } from "./command-refused.ts";
import type { StatusResponse } from "./responses.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { Session } from "./session/session.ts";
import { endpointName } from "./transport/tcp.ts";
import type { Transport } from "./transport/transport.ts";

export interface GreetingContext {
  readonly how: TransportSettings;
  readonly transport: Transport;
  readonly timeoutMs: number;
}

/**
 * Awaits the greeting. True when it is PREAUTH (RFC 3501 7.1.4): the server knows already who we are.
 * @throws InterimapError CONNECT, PROTOCOL or TUNNEL when the server turns us away, or does not greet; or the reason for
 * which the session was ended meanwhile.
 */
export async function awaitGreeting(session: Session, context: GreetingContext): Promise<boolean> {
  const greeting = await firstResponse(session, context);
  if (greeting.status === "BYE" || greeting.status === "NO" || greeting.status === "BAD") {
    const words = wordsOf(greeting).replace(/\.$/, "");
    throw new InterimapError("CONNECT", `the server refused the connection: ${words}`, {
      hint: "try again later",
      retryAfterMs: retryAfterMs(greeting),
    });
  }
  return greeting.status === "PREAUTH";
}

async function firstResponse(session: Session, context: GreetingContext): Promise<StatusResponse> {
  const { how, timeoutMs } = context;
  // A tunnel may be waiting for somebody to type a passphrase.
  const timer =
    how.type === "tunnel"
      ? undefined
      : setTimeout(() => {
          session.destroy(silent(how));
        }, timeoutMs);
  try {
    return await session.greeting();
  } catch (error) {
    // Not what the other side's failure, which ends this one too, was.
    if (error instanceof InterimapError && error.side === session.side) throw ungreeted(error, context);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Silence, a closed connection and nonsense are the marks of a server that is no IMAP server, or of the wrong port. */
function ungreeted(error: InterimapError, { how, transport }: GreetingContext): InterimapError {
  if (error.code === "PROTOCOL") {
    const hint = how.type === "tunnel" ? "check the command setting" : "check host and port";
    return new InterimapError("PROTOCOL", `no IMAP server answers: ${error.message}`, { hint, cause: error });
  }
  if (error.code !== "CONNECTION_LOST") return error;
  if (how.type !== "tunnel") {
    return new InterimapError("CONNECT", "the server closed the connection without a greeting", {
      hint: "check host and port; the server may be busy or restarting",
      cause: error,
    });
  }
  return new InterimapError("TUNNEL", transport.epitaph?.() ?? "the tunnel command closed its output", {
    hint: "run it by hand: it must speak IMAP on its standard input and output",
    cause: error,
  });
}

function silent({ host, port, type }: InetSettings): InterimapError {
  return new InterimapError("CONNECT", `${endpointName({ host, port })} sends no greeting`, {
    hint: `check host and port, or raise ${asSetting("greeting-timeout")}${type === "imaps" ? "" : `; a port for TLS needs ${asSetting("type=imaps")}`}`,
  });
}
