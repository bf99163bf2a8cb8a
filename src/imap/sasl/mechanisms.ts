// Logs in by one mechanism, which is loaded only then.

import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism, TransportSettings } from "../../model/server-settings.ts";
import { astring, line } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { binds } from "./choice.ts";
import { converse } from "./converse.ts";
import type { Credentials } from "./credentials.ts";
import type { Exchange, SaslMechanism } from "./exchange.ts";
import { external, plain } from "./plain-exchanges.ts";
import { loginRefusal } from "./refusal.ts";
import type { ChannelBinding } from "./scram.ts";

export interface Means {
  readonly mechanism: AuthMechanism;
  /** What else could have been chosen. */
  readonly auth: readonly AuthMechanism[];
  readonly binding: ChannelBinding | undefined;
  readonly transport: TransportSettings;
  readonly credentials: Credentials;
}

/** `secret`: a password or a token; "" where none is needed. @throws as `authenticate()` says */
export async function logInBy(session: Session, means: Means, secret: string): Promise<void> {
  const { mechanism, credentials } = means;
  requireSendable(means, secret);
  const explain = (refusal: CommandRefused, exchange?: Exchange): InterimapError =>
    loginRefusal(refusal, { mechanism, credentials, secret, exchange });
  if (mechanism !== "LOGIN") {
    await converse(session, { begin: await beginning(session, { ...means, mechanism }, secret), explain });
    return;
  }
  try {
    await session.run(login(credentials.username ?? "", secret));
  } catch (error) {
    throw error instanceof CommandRefused ? explain(error) : error;
  }
}

async function beginning(
  session: Session,
  means: Means & { readonly mechanism: SaslMechanism },
  secret: string,
): Promise<() => Exchange> {
  const { mechanism, credentials, transport } = means;
  const { username = "", authzid } = credentials;
  const hide = (text: string): void => {
    session.hide(text);
  };
  switch (mechanism) {
    case "PLAIN":
      return () => plain({ username, authzid }, secret);
    case "EXTERNAL":
      return () => external(authzid);
    case "CRAM-MD5": {
      const { cramMd5 } = await import("./cram-md5.ts");
      return () => cramMd5({ username, password: secret, hide });
    }
    case "OAUTHBEARER":
    case "XOAUTH2": {
      const { bearer } = await import("./bearer.ts");
      const server = transport.type === "tunnel" ? undefined : transport;
      const shown = (text: string): string => session.shown(text);
      const { username, renewal } = credentials;
      return () => bearer({ mechanism, username, authzid, token: secret, renewal, server, shown });
    }
    default: {
      const { scramLogin } = await import("./scram-login.ts");
      return scramLogin({ mechanism, credentials, password: secret, binding: bindingFor(session, means), hide });
    }
  }
}

/** A server that could bind the login, and whose offer did not reach us, has to learn that (RFC 5802 6). */
function bindingFor(session: Session, { mechanism, auth, binding }: Means): ChannelBinding | "missed" | "none" {
  if (binding === undefined) return "none";
  if (binds(mechanism)) return binding;
  const isOffered = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS"].some((name) =>
    session.capabilities.offersMechanism(name),
  );
  return auth.some(binds) && !isOffered ? "missed" : "none";
}

/** RFC 3501 6.2.3 */
function login(username: string, password: string): Command {
  const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
  return {
    name: "LOGIN",
    overlap: "alone",
    parts: line`LOGIN ${astring(octets(username))} ${astring(octets(password))}`,
  };
}

/** What cannot be part of a message would make another one of it. */
function requireSendable({ mechanism, credentials }: Means, secret: string): void {
  const isToken = mechanism === "OAUTHBEARER" || mechanism === "XOAUTH2";
  const wrong = [
    ...(isToken && !/^[\x21-\x7e]+$/.test(secret) ? ["access token"] : []),
    ...(secret.includes("\0") ? ["password"] : []),
    ...(/[\0\x01]/.test(credentials.username ?? "") ? ["username"] : []),
    ...(/[\0\x01]/.test(credentials.authzid ?? "") ? ["authzid"] : []),
  ];
  if (wrong.length === 0) return;
  throw new InterimapError("AUTH_NO_MECHANISM", `the ${wrong[0]} has characters in it that ${mechanism} cannot carry`);
}
