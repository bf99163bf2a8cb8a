// Makes a session that is ready to synchronise: transport, greeting, STARTTLS, login, capabilities, extensions, compression.

import type { Log } from "../log/log.ts";
import { InterimapError } from "../model/errors.ts";
import type { Fence } from "../model/fence.ts";
import { defaultLimits } from "../model/server-limits.ts";
import type { AuthMechanism, ServerSettings } from "../model/server-settings.ts";
import type { Side } from "../model/side.ts";
import { requireImap4 } from "./capabilities.ts";
import { CommandRefused } from "./command-refused.ts";
import { awaitGreeting } from "./greeting.ts";
import { LoginLimit } from "./login-limit.ts";
import { authenticate, hideCredentials } from "./sasl/authenticate.ts";
import type { Credentials } from "./sasl/credentials.ts";
import { Session } from "./session/session.ts";
import { openTransport } from "./transport/open-transport.ts";
import type { Transport } from "./transport/transport.ts";
import { refreshCapabilities } from "./verbs/capability.ts";
import { compress } from "./verbs/compress.ts";
import { agreeOnAbilities } from "./verbs/enable.ts";
import { startTls } from "./verbs/starttls.ts";

export interface ConnectOptions {
  readonly side: Side;
  readonly log: Log;
  readonly credentials: Credentials;
  readonly keepAlive: boolean;
  /** How long the server may be silent while we wait; the settings decide unless this is given. */
  readonly silenceLimitMs?: number | undefined;
  /** The limit for each of connecting, the TLS handshake and the greeting; the settings decide unless this is given. */
  readonly timeoutMs?: number;
  /** Gives up at once; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Resolves when the last preparing command has been sent, so that the first commands of the work go with it. If it then
   * fails, the session fails, and with it all that was begun.
   */
  readonly isEager?: boolean;
  /** Receives what the server wants people to read (RFC 3501 7.1, ALERT). */
  readonly onAlert?: (text: string) => void;
  /** Extensions that the server lists but does not know; shared by all connections to it. */
  readonly disavowed?: Set<string>;
  /** See {@link Session.changesNothing}. */
  readonly changesNothing?: boolean;
  /** See `SessionOptions`. */
  readonly fence?: Fence | undefined;
  /** How the server is reached; the settings decide unless this is given. */
  readonly open?: typeof openTransport;
  /** Runs after the login and before anything else is agreed; undefined if the greeting already logged us in. */
  readonly onLoggedIn?: (session: Session, mechanism: AuthMechanism | undefined) => Promise<void>;
}

export type ReachOptions = Omit<ConnectOptions, "credentials"> & Partial<Pick<ConnectOptions, "credentials">>;

/** A server that has sent its greeting and may be waiting for a login. */
export interface Reached {
  readonly session: Session;
  /** The server has already accepted us. */
  readonly isPreauthenticated: boolean;
}

/**
 * Connects and logs in.
 * @throws InterimapError, of which every `abandons: side` code can occur; its `side` is set.
 */
export function connect(settings: ServerSettings, options: ConnectOptions): Promise<Session> {
  const work = { settings, options };
  return forServer(options, async () => {
    const opened = await open(work);
    const { session } = opened;
    return orDestroyed(session, options, async () => {
      const limit = loginLimit(session, work);
      const mechanism = await limit.during(async () => {
        await protect(opened, work);
        return opened.isPreauthenticated ? undefined : logIn(session, work, limit);
      });
      return prepared(session, work, mechanism);
    });
  });
}

/**
 * The first half of `connect()`: up to a greeting and capabilities, under TLS where that is wanted. It may end here: then the
 * caller ends the session. @throws as `connect()` does
 */
export function reach(settings: ServerSettings, options: ReachOptions): Promise<Reached> {
  const work = { settings, options };
  return forServer(options, async () => {
    const opened = await open(work);
    const { session } = opened;
    return orDestroyed(session, options, async () => {
      await loginLimit(session, work).during(() => protect(opened, work));
      return opened;
    });
  });
}

/** The second half of `connect()`. @throws as `connect()` does */
export function enter(reached: Reached, settings: ServerSettings, options: ConnectOptions): Promise<Session> {
  const { session, isPreauthenticated } = reached;
  const work = { settings, options };
  return forServer(options, () =>
    orDestroyed(session, options, async () => {
      const limit = loginLimit(session, work);
      const mechanism = isPreauthenticated ? undefined : await limit.during(() => logIn(session, work, limit));
      return prepared(session, work, mechanism);
    }),
  );
}

interface Work<Options = ConnectOptions> {
  readonly settings: ServerSettings;
  readonly options: Options;
}

async function forServer<T>({ side }: Pick<ConnectOptions, "side">, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A refusal before the work begins concerns the server, not one mailbox.
    if (error instanceof CommandRefused) throw error.ofServer();
    if (error instanceof InterimapError) error.side ??= side;
    throw error;
  }
}

interface Opened extends Reached {
  readonly transport: Transport;
}

async function open({ settings, options }: Work<ReachOptions>): Promise<Opened> {
  const { side, log } = options;
  const { transport: how, limits = defaultLimits } = settings;
  const timeoutMs = options.timeoutMs ?? limits.connectMs;
  const greetingMs = options.timeoutMs ?? limits.greetingMs;
  const openIt = options.open ?? openTransport;
  const transport = await openIt(how, {
    ...options,
    timeoutMs,
    discardStderr: how.type === "tunnel" && how.nullStderr && !log.traffic,
  });
  const { silenceLimitMs, onAlert, disavowed, changesNothing, fence, credentials } = options;
  const manner = { silenceLimitMs, onAlert, disavowed, changesNothing, fence };
  const session = new Session(transport, { side, log, limits, isStranger: true, ...manner });
  if (credentials !== undefined) hideCredentials(session, credentials);
  return orDestroyed(session, options, async () => {
    const isPreauthenticated = await awaitGreeting(session, { how, transport, timeoutMs: greetingMs });
    return { session, transport, isPreauthenticated };
  });
}

async function orDestroyed<T>(
  session: Session,
  { signal }: Pick<ConnectOptions, "signal">,
  work: () => Promise<T>,
): Promise<T> {
  const giveUp = (): void => {
    session.destroy(signal?.reason as Error);
  };
  signal?.addEventListener("abort", giveUp);
  try {
    signal?.throwIfAborted();
    return await work();
  } catch (error) {
    session.destroy();
    if (!session.transport.secure && error instanceof InterimapError) error.waitAtMost(strangersWaitMs);
    throw error;
  } finally {
    signal?.removeEventListener("abort", giveUp);
  }
}

/** The login may take as long as this many greetings, however busy the server says it is. */
const loginSteps = 4;
/** Without TLS, anybody may have answered; nobody may keep us away for a day. */
const strangersWaitMs = 5 * 60_000;

function loginLimit(session: Session, { settings, options }: Work<ReachOptions>): LoginLimit {
  const { limits = defaultLimits } = settings;
  return new LoginLimit(session, loginSteps * (options.timeoutMs ?? limits.greetingMs));
}

/** TLS if it is wanted, and the server's capabilities. */
async function protect({ session, transport, isPreauthenticated }: Opened, work: Work<ReachOptions>): Promise<void> {
  const { settings, options } = work;
  const { transport: how, limits = defaultLimits } = settings;
  if (session.capabilities.isEmpty) await refreshCapabilities(session);
  if (how.type !== "imap" || how.startTls === false) return;
  const isOffered = session.capabilities.has("STARTTLS") && !isPreauthenticated;
  if (how.startTls === "where offered" && !isOffered) {
    transport.staysPlain?.();
    return;
  }
  const attempt = { ...options, timeoutMs: options.timeoutMs ?? limits.connectMs };
  await startTls(session, { settings: how, isPreauthenticated, attempt });
}

/** By what the server was convinced. */
async function logIn(session: Session, { settings, options }: Work, limit: LoginLimit): Promise<AuthMechanism> {
  const before = session.capabilities;
  const { transport, auth } = settings;
  const credentials = limit.sparing(options.credentials);
  const mechanism = await authenticate(session, { credentials, auth, transport, signal: options.signal });
  // Most servers send the new list with the OK; otherwise it must be asked for.
  session.trust();
  if (session.capabilities === before) await refreshCapabilities(session);
  return mechanism;
}

/** Enables the extensions that the work uses. */
async function prepared(
  session: Session,
  { settings, options }: Work,
  mechanism: AuthMechanism | undefined,
): Promise<Session> {
  session.trust();
  requireImap4(session.capabilities);
  await options.onLoggedIn?.(session, mechanism);
  const enabled = agreeOnAbilities(session);
  if (settings.compress) await compress(session);
  if (options.isEager !== true) await enabled;
  return session;
}
