// From nothing to a session that is ready to synchronise:
// transport, greeting, STARTTLS, login, capabilities, what they allow, compression.

import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import { defaultLimits } from "../model/server-limits.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import type { Side } from "../model/side.ts";
import { requireImap4 } from "./capabilities.ts";
import { CommandRefused } from "./command-refused.ts";
import { awaitGreeting } from "./greeting.ts";
import { LoginLimit } from "./login-limit.ts";
import { authenticate, hideCredentials, type Login } from "./sasl/authenticate.ts";
import type { Credentials } from "./sasl/credentials.ts";
import { Session } from "./session/session.ts";
import { openTransport } from "./transport/open-transport.ts";
import { refreshCapabilities } from "./verbs/capability.ts";
import { compress } from "./verbs/compress.ts";
import { agreeOnAbilities } from "./verbs/enable.ts";
import { startTls } from "./verbs/starttls.ts";

export interface ConnectOptions {
  readonly side: Side;
  readonly log: Log;
  readonly credentials: Credentials;
  readonly keepAlive: boolean;
  /** How long the server may be silent while we wait for it, for now; as in the settings unless told. */
  readonly silenceLimitMs?: number | undefined;
  /** For each of connecting, the TLS handshake and the greeting; as in the settings unless told. */
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
  /** Shared by all connections to a server: what it lists and does not know. */
  readonly disavowed?: Set<string>;
  /** How the server is reached; as the settings say unless told. */
  readonly open?: typeof openTransport;
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
  const { side, log, credentials, signal } = options;
  const { limits = defaultLimits } = settings;
  const timeoutMs = options.timeoutMs ?? limits.connectMs;
  const greetingMs = options.timeoutMs ?? limits.greetingMs;
  const { transport: how } = settings;
  const { open = openTransport } = options;
  const transport = await open(how, {
    ...options,
    timeoutMs,
    discardStderr: how.type === "tunnel" && how.nullStderr && !log.traffic,
  });
  const { silenceLimitMs, onAlert, disavowed } = options;
  const session = new Session(transport, { side, log, limits, silenceLimitMs, onAlert, disavowed, isStranger: true });
  hideCredentials(session, credentials);
  const giveUp = (): void => {
    session.destroy(signal?.reason as Error);
  };
  signal?.addEventListener("abort", giveUp);
  try {
    signal?.throwIfAborted();
    const isPreauthenticated = await awaitGreeting(session, { how, transport, timeoutMs: greetingMs });
    const limit = new LoginLimit(session, loginSteps * greetingMs);
    await limit.during(async () => {
      if (session.capabilities.isEmpty) await refreshCapabilities(session);
      if (how.type === "imap" && how.startTls)
        await startTls(session, { settings: how, isPreauthenticated, attempt: { ...options, timeoutMs } });
      if (!isPreauthenticated) {
        const spared = limit.sparing(credentials);
        await logIn(session, { credentials: spared, auth: settings.auth, transport: how, signal });
      }
    });
    session.trust();
    requireImap4(session.capabilities);
    const enabled = agreeOnAbilities(session);
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

/** The login takes as long as this many greetings may, however busy the server says it is. */
const loginSteps = 4;
/** Whoever answers without TLS may be anybody, and cannot keep us away for a day. */
const strangersWaitMs = 5 * 60_000;

async function logIn(session: Session, login: Login): Promise<void> {
  const before = session.capabilities;
  await authenticate(session, login);
  // Most servers send the new list with the OK; otherwise it must be asked for.
  session.trust();
  if (session.capabilities === before) await refreshCapabilities(session);
}
