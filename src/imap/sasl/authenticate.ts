// Proves who we are: by the mechanism that choice.ts finds, and no other.

import { InterimapError } from "../../model/errors.ts";
import { isLoopback } from "../../model/loopback.ts";
import type { AuthMechanism, InetSettings, TransportSettings } from "../../model/server-settings.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import type { ChannelBindingType } from "../transport/transport.ts";
import { binds, chooseMechanism, isReadable, kindOf } from "./choice.ts";
import type { CredentialKind, Credentials, Occasion } from "./credentials.ts";
import { logInBy } from "./mechanisms.ts";
import { plainMessage } from "./plain-exchanges.ts";
import type { ChannelBinding } from "./scram.ts";

/** From now on nothing the server says shows what is known of these, in whichever form it is going to be sent. */
export function hideCredentials(
  session: Session,
  credentials: Pick<Credentials, "username" | "authzid" | "secrets">,
): void {
  const { username = "", authzid, secrets } = credentials;
  for (const secret of secrets) {
    session.hide(secret);
    session.hide(plainMessage({ username, authzid }, secret));
  }
}

export interface Login {
  readonly credentials: Credentials;
  /** In order of preference. */
  readonly auth: readonly AuthMechanism[];
  readonly transport: TransportSettings;
  readonly signal?: AbortSignal | undefined;
}

/**
 * By the mechanism that it returns.
 * @throws InterimapError AUTH_NO_MECHANISM, AUTH_FAILED; AUTH_UNSAFE for a server that does not keep to its part of the
 * mechanism; CONNECT when it is not ready to check credentials now (RFC 5530 UNAVAILABLE and its like); what the source of
 * the credentials throws.
 */
export async function authenticate(session: Session, login: Login): Promise<AuthMechanism> {
  const { credentials, auth, transport } = login;
  const { side, capabilities } = session;
  const isSecure = session.transport.secure;
  const binding = await channelBinding(session, auth);
  const canBind = binding !== undefined;
  const mechanism = chooseMechanism({ side, auth, capabilities, credentials, isSecure, canBind });
  const kind = kindOf(mechanism);
  if (!isSecure && isReadable(mechanism)) warnOnce(session, login, kind);
  const how = { mechanism, auth, binding, transport, credentials };
  for (let refused: InterimapError | undefined; ;) {
    const secret = await secretOf(kind, credentials, { rejected: refused !== undefined, signal: login.signal });
    if (secret === undefined) throw refused ?? nothingThere(kind);
    hideCredentials(session, credentials);
    try {
      await logInBy(session, how, secret);
      return mechanism;
    } catch (error) {
      if (refused !== undefined || kind === "certificate" || !isAboutSecret(error)) throw error;
      refused = error;
    }
  }
}

/** Undefined: there is no other than the one that was refused. */
function secretOf(kind: CredentialKind, credentials: Credentials, occasion: Occasion): Promise<string | undefined> {
  switch (kind) {
    case "password":
      return credentials.password(occasion);
    case "token":
      return credentials.token(occasion);
    case "certificate":
      return Promise.resolve("");
  }
}

function nothingThere(kind: CredentialKind): InterimapError {
  const what = kind === "token" ? "access token" : "password";
  return new InterimapError("AUTH_FAILED", `there is no ${what} to log in with`);
}

/** A refusal of these codes is about what we want, not about how we prove who we are (RFC 5530 3). */
const notAboutSecrets: ReadonlySet<string | undefined> = new Set(["AUTHORIZATIONFAILED", "PRIVACYREQUIRED"]);

/** Whether another password, or a fresh token, may be accepted. */
function isAboutSecret(error: unknown): error is InterimapError {
  if (!(error instanceof InterimapError) || error.code !== "AUTH_FAILED") return false;
  return !(error.cause instanceof CommandRefused && notAboutSecrets.has(error.cause.responseCode?.name));
}

/** Of no use where the server offers no mechanism that could speak of it, and most do not. */
async function channelBinding(session: Session, auth: readonly AuthMechanism[]): Promise<ChannelBinding | undefined> {
  const { capabilities } = session;
  const isOffered = auth.some((name) => name.startsWith("SCRAM-") && capabilities.offersMechanism(name));
  const { channelBinding } = session.transport;
  if (channelBinding === undefined || !auth.some(binds) || !isOffered) return undefined;
  for (const type of bindingTypes(session)) {
    const data = await channelBinding(type);
    if (data !== undefined) return { type, data };
  }
  return undefined;
}

/**
 * IMAP has no way to ask which types a server knows, and one that it does not know is a failed login. A server whose
 * greeting lies about its name gains nothing: each type binds to this connection or certificate.
 */
function bindingTypes({ greetingText }: Session): readonly ChannelBindingType[] {
  return /\bCyrus IMAP\b/.test(greetingText) ? ["tls-unique"] : ["tls-exporter", "tls-server-end-point"];
}

const warned = new WeakSet<Credentials["account"]>();

/** Only `STARTTLS = NO` leads here. */
function warnOnce({ log, side }: Session, { credentials, transport }: Login, kind: CredentialKind): void {
  if (warned.has(credentials.account) || transport.type === "tunnel" || isOnThisMachine(transport)) return;
  warned.add(credentials.account);
  const what = kind === "token" ? "access token" : "password";
  log.warn(
    `${asSetting("STARTTLS = NO", side)}: the ${what} goes to ${transport.host} unprotected; anybody in between can read it`,
    {
      side,
    },
  );
}

function isOnThisMachine({ host, proxy }: InetSettings): boolean {
  return proxy === undefined && isLoopback(host);
}
