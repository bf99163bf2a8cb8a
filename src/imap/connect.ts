// From nothing to a session that is ready to synchronise:
// transport, greeting, STARTTLS, login, capabilities, QRESYNC, compression.

import type { Log } from "../log/log.ts";
import { duration } from "../util/duration.ts";
import { InterimapError } from "../model/errors.ts";
import type { InetSettings, ServerSettings, TransportSettings } from "../model/server-settings.ts";
import type { Side } from "../model/side.ts";
import { authenticate, hideCredentials } from "./sasl/authenticate.ts";
import { Capabilities, requireCapabilities } from "./capabilities.ts";
import { line } from "./codec/write-command.ts";
import { CommandRefused, wordsOf } from "./command-refused.ts";
import { retryAfterMs } from "./retry-after.ts";
import type { StatusResponse, UntaggedResponse } from "./responses.ts";
import { Session } from "./session.ts";
import { deflate } from "./transport/deflate.ts";
import { openTransport } from "./transport/open-transport.ts";
import { endpointName } from "./transport/tcp.ts";
import { upgradeToTls } from "./transport/tls.ts";
import type { Transport } from "./transport/transport.ts";

export interface ConnectOptions {
  readonly side: Side;
  readonly log: Log;
  readonly keepAlive: boolean;
  /** How long the server may be silent while we wait for it; the session's default unless told. */
  readonly silenceLimitMs?: number | undefined;
  /** For each of connecting, the TLS handshake and the greeting; 30 s unless told. */
  readonly timeoutMs?: number;
  /** Gives up at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Resolves when the last command of the preparations is on its way, so that the first ones of the work go with it. What
   * fails then fails the session, and with it all that was begun.
   */
  readonly isEager?: boolean;
  /** Gets what the server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: (text: string) => void;
}

/**
 * Connects and logs in.
 * @throws InterimapError, of which every `abandons: side` code can occur; its `side` is set.
 */
export async function connect(settings: ServerSettings, options: ConnectOptions): Promise<Session> {
  try {
    return await connectAndLogIn(settings, options);
  } catch (error) {
    // A refusal before the work begins concerns the server, not one mailbox.
    if (error instanceof CommandRefused) throw error.ofServer();
    if (error instanceof InterimapError) error.side ??= options.side;
    throw error;
  }
}

async function connectAndLogIn(settings: ServerSettings, options: ConnectOptions): Promise<Session> {
  const { side, log, signal } = options;
  const { transport: how } = settings;
  const transport = await openTransport(how, {
    ...options,
    discardStderr: how.type === "tunnel" && how.nullStderr && !log.traffic,
  });
  const { silenceLimitMs, onAlert } = options;
  const session = new Session(transport, { side, log, silenceLimitMs, onAlert, isStranger: true });
  hideCredentials(session, settings);
  const giveUp = (): void => {
    session.destroy(signal?.reason as Error);
  };
  signal?.addEventListener("abort", giveUp);
  try {
    signal?.throwIfAborted();
    const isPreauthenticated = await greet(session, { how, transport, timeoutMs: options.timeoutMs });
    await within(session, loginSteps * (options.timeoutMs ?? defaultTimeoutMs), async () => {
      if (session.capabilities.isEmpty) await refreshCapabilities(session);
      if (how.type === "imap" && how.startTls) await startTls(session, { how, isPreauthenticated, options });
      if (!isPreauthenticated) await logIn(session, settings);
    });
    session.trust();
    requireCapabilities(session.capabilities);
    const enabled = enableQresync(session);
    if (settings.compress) await compress(session);
    if (options.isEager !== true) await enabled;
    return session;
  } catch (error) {
    session.destroy();
    if (!session.isSecure && error instanceof InterimapError) error.waitAtMost(strangersWaitMs);
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/** The login takes as long as this many steps of a connection may, however busy the server says it is. */
const loginSteps = 4;
const defaultTimeoutMs = 30_000;
/** Whoever answers without TLS may be anybody, and cannot keep us away for a day. */
const strangersWaitMs = 5 * 60_000;

async function within(session: Session, limitMs: number, work: () => Promise<void>): Promise<void> {
  const timer = setTimeout(() => {
    session.destroy(new InterimapError("CONNECTION_SILENT", `no login within ${duration(limitMs)}`));
  }, limitMs);
  try {
    await work();
  } finally {
    clearTimeout(timer);
  }
}

interface GreetingContext {
  readonly how: TransportSettings;
  readonly transport: Transport;
  readonly timeoutMs: number | undefined;
}

/** True when the server greets with PREAUTH (RFC 3501 7.1.4). */
async function greet(session: Session, context: GreetingContext): Promise<boolean> {
  const greeting = await firstResponse(session, context);
  if (greeting.status === "BYE" || greeting.status === "NO" || greeting.status === "BAD") {
    const words = wordsOf(greeting).replace(/\.$/, "");
    throw new InterimapError("CONNECT", `the server turned us away: ${words}`, {
      hint: "try again later",
      retryAfterMs: retryAfterMs(greeting),
    });
  }
  return greeting.status === "PREAUTH";
}

/** Silence, a closed connection and nonsense are the marks of a server that is no IMAP server, or of the wrong port. */
async function firstResponse(
  session: Session,
  { how, transport, timeoutMs = defaultTimeoutMs }: GreetingContext,
): Promise<StatusResponse> {
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
    if (!(error instanceof InterimapError) || error.side !== session.side) throw error;
    if (error.code === "PROTOCOL") {
      const hint = how.type === "tunnel" ? "check the command setting" : "check host and port";
      throw new InterimapError("PROTOCOL", `no IMAP server answers: ${error.message}`, { hint, cause: error });
    }
    if (error.code !== "CONNECTION_LOST") throw error;
    if (how.type !== "tunnel") {
      throw new InterimapError("CONNECT", "the server closed the connection without a greeting", {
        hint: "check host and port; the server may be busy or restarting",
        cause: error,
      });
    }
    throw new InterimapError("TUNNEL", transport.epitaph?.() ?? "the tunnel command closed its output", {
      hint: "run it by hand: it must speak IMAP on its standard input and output",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}

function silent({ host, port, type }: InetSettings): InterimapError {
  return new InterimapError("CONNECT", `${endpointName({ host, port })} sends no greeting`, {
    hint: type === "imaps" ? "check host and port" : "check host and port; one that begins with TLS needs type=imaps",
  });
}

async function refreshCapabilities(session: Session): Promise<void> {
  await session.run({ name: "CAPABILITY", overlap: "any", parts: line`CAPABILITY` });
}

interface StartTlsContext {
  readonly how: InetSettings;
  readonly isPreauthenticated: boolean;
  readonly options: ConnectOptions;
}

/** RFC 3501 6.2.1 */
async function startTls(session: Session, { how, isPreauthenticated, options }: StartTlsContext): Promise<void> {
  if (isPreauthenticated) {
    // A PREAUTH greeting forbids STARTTLS, which is how an attacker would strip it.
    throw new InterimapError("STARTTLS_MISSING", "the server greets with PREAUTH, so STARTTLS is not possible", {
      hint: "set STARTTLS = NO only if this network is trusted",
    });
  }
  if (!session.capabilities.has("STARTTLS")) {
    throw new InterimapError("STARTTLS_MISSING", "the server does not offer STARTTLS", {
      hint: "use type = imaps, or STARTTLS = NO if this network is trusted",
    });
  }
  await session.exchangeTransport(
    { name: "STARTTLS", overlap: "alone", parts: line`STARTTLS` },
    (transport, surplus) => {
      if (surplus.length > 0) {
        throw new InterimapError("TLS", "unencrypted data followed the answer to STARTTLS: somebody may be tampering");
      }
      return upgradeToTls(transport, how, options);
    },
  );
  // What was said before TLS cannot be trusted (RFC 3501 6.2.1).
  session.capabilities = new Capabilities([]);
  await refreshCapabilities(session);
}

async function logIn(session: Session, settings: ServerSettings): Promise<void> {
  const before = session.capabilities;
  await authenticate(session, settings);
  // Most servers send the new list with the OK; otherwise it must be asked for.
  session.trust();
  if (session.capabilities === before) await refreshCapabilities(session);
}

/** RFC 5161, RFC 7162 3.2.3. The session ends when the server does not. */
function enableQresync(session: Session): Promise<unknown> {
  let isEnabled = false;
  return session.run({
    name: "ENABLE",
    overlap: "any",
    parts: line`ENABLE QRESYNC`,
    claim: (response: UntaggedResponse) => {
      if (response.kind !== "enabled") return false;
      isEnabled ||= response.capabilities.includes("QRESYNC");
      return true;
    },
    onAnswered: (answer) => {
      if (answer.status !== "OK") throw new CommandRefused("ENABLE", answer, session.side).ofServer();
      if (isEnabled) return;
      throw new InterimapError("CAPABILITY_MISSING", "the server advertises QRESYNC but does not enable it");
    },
  });
}

/** RFC 4978 */
async function compress(session: Session): Promise<void> {
  if (!session.capabilities.has("COMPRESS=DEFLATE")) return;
  try {
    await session.exchangeTransport(
      { name: "COMPRESS", overlap: "last", parts: line`COMPRESS DEFLATE` },
      (transport, surplus) => deflate(transport, surplus),
    );
  } catch (error) {
    // E.g. [COMPRESSIONACTIVE] below TLS; the connection goes on as it is.
    if (!(error instanceof CommandRefused)) throw error;
  }
}
