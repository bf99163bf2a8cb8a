// Proves who we are: the first configured mechanism that the server offers.

import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism } from "../../model/server-settings.ts";
import type { Capabilities } from "../capabilities.ts";
import { astring, base64, line } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";
import type { Credentials } from "./credentials.ts";

interface Identity {
  readonly username: string;
  readonly password: string;
}

/** From now on nothing the server says shows what is known of these, in whichever form it is going to be sent. */
export function hideCredentials(
  session: Session,
  { username, secrets }: Pick<Credentials, "username" | "secrets">,
): void {
  for (const secret of secrets) {
    session.hide(secret);
    session.hide(plainMessage({ username: username ?? "", password: secret }));
  }
}

export interface Login {
  readonly credentials: Credentials;
  /** In order of preference. */
  readonly auth: readonly AuthMechanism[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * @throws InterimapError AUTH_NO_MECHANISM, AUTH_FAILED; CONNECT when the server is not ready to check credentials now
 * (RFC 5530 UNAVAILABLE and its like); what the source of the password throws.
 */
export async function authenticate(session: Session, { credentials, auth, signal }: Login): Promise<void> {
  const { username, kinds } = credentials;
  if (username === undefined || !kinds.has("password")) {
    const missing = username === undefined ? "username" : "password";
    throw new InterimapError("AUTH_NO_MECHANISM", `the server wants a login, but no ${missing} is configured`, {
      hint: `set ${missing} in section [${session.side}]`,
    });
  }
  if (!session.isSecure && session.capabilities.has("LOGINDISABLED")) throw loginsDisabled();
  const mechanism = auth.find((name) => isUsable(name, session.capabilities));
  if (mechanism === undefined) {
    throw new InterimapError(
      "AUTH_NO_MECHANISM",
      `the server offers none of the configured ways to log in (${auth.join(", ")})`,
      {
        hint: session.isSecure ? "see the setting auth" : "many servers offer a login only under TLS: see STARTTLS",
      },
    );
  }
  await withPassword(session, { credentials, signal }, (password) =>
    authenticateBy(mechanism, session, { username, password }),
  );
}

/** Tries the password, and, where the server refuses it, another one if there is any. */
async function withPassword(
  session: Session,
  { credentials, signal }: Omit<Login, "auth">,
  tryIt: (password: string) => Promise<void>,
): Promise<void> {
  for (let refused: InterimapError | undefined; ;) {
    const password = await credentials.password({ rejected: refused !== undefined, signal });
    if (password === undefined)
      throw refused ?? new InterimapError("AUTH_FAILED", "there is no password to log in with");
    hideCredentials(session, credentials);
    try {
      await tryIt(password);
      return;
    } catch (error) {
      const isFirst = refused === undefined;
      if (!isFirst || !(error instanceof InterimapError) || error.code !== "AUTH_FAILED") throw error;
      refused = error;
    }
  }
}

async function authenticateBy(mechanism: AuthMechanism, session: Session, identity: Identity): Promise<void> {
  try {
    if (mechanism === "LOGIN") await session.run(login(identity));
    else
      await whereOffered<unknown>(session, "SASL-IR", {
        withIt: () => atOnce(session, identity),
        withoutIt: () => session.run(plain(identity)),
      });
  } catch (error) {
    throw error instanceof CommandRefused ? refusal(error, identity) : error;
  }
}

/**
 * RFC 3501 6.2.3: the server wants no password on such a link, and any of our mechanisms lets whoever listens read it. Under
 * TLS, and in a tunnel, which is taken to be safe, it is about the LOGIN command only.
 */
function loginsDisabled(): InterimapError {
  return new InterimapError(
    "AUTH_NO_MECHANISM",
    "the server accepts no password without TLS (LOGINDISABLED); none was sent",
    { hint: "use type = imaps, or STARTTLS = YES" },
  );
}

function isUsable(mechanism: AuthMechanism, capabilities: Capabilities): boolean {
  // LOGIN is the command, which needs no AUTH=LOGIN: every server knows it unless it says otherwise (RFC 3501 6.2.3).
  return mechanism === "LOGIN" ? !capabilities.has("LOGINDISABLED") : capabilities.offersMechanism(mechanism);
}

/** RFC 4616, RFC 3501 6.2.2 */
function plain(identity: Identity): Command {
  return {
    name: "AUTHENTICATE",
    overlap: "alone",
    parts: line`AUTHENTICATE PLAIN`,
    answerChallenge: inTurn(base64(Buffer.from(plainMessage(identity), "utf8")), cancelled),
  };
}

/** The response goes out with the command (RFC 4959). Who asks for it all the same got it: it is not sent again. */
async function atOnce(session: Session, identity: Identity): Promise<void> {
  const cancel = inTurn(cancelled);
  let isAskedFor = false;
  try {
    await session.run({
      ...plain(identity),
      parts: line`AUTHENTICATE PLAIN ${base64(Buffer.from(plainMessage(identity), "utf8"))}`,
      answerChallenge: () => {
        isAskedFor = true;
        return cancel();
      },
    });
  } catch (error) {
    throw isAskedFor && error instanceof CommandRefused ? refusal(error, identity) : error;
  }
}

/** RFC 3501 6.2.2: the server has to answer BAD. */
const cancelled = "*";

/** Each is given once, however often the server asks. */
function inTurn(...answers: readonly string[]): () => string | undefined {
  let given = 0;
  return () => answers[given++];
}

function plainMessage({ username, password }: Identity): string {
  return `\0${username}\0${password}`;
}

/** RFC 3501 6.2.3 */
function login({ username, password }: Identity): Command {
  const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
  return {
    name: "LOGIN",
    overlap: "alone",
    parts: line`LOGIN ${astring(octets(username))} ${astring(octets(password))}`,
  };
}

/** Some refusals say nothing about the password. */
function refusal(error: CommandRefused, { username, password }: Identity): InterimapError {
  const words = error.words.replace(/\.$/, "");
  const { retryAfterMs } = error;
  if (error.willPass) {
    return new InterimapError("CONNECT", `the server does not accept logins now: ${words}`, {
      hint: "try again later",
      cause: error,
      retryAfterMs,
    });
  }
  return new InterimapError("AUTH_FAILED", `login as ${username} refused: ${words}`, {
    hint: quotedHint({ username, password }) ?? "check username and password",
    cause: error,
  });
}

/** In other files, quotes around a value do not belong to it. */
function quotedHint(identity: Identity): string | undefined {
  const quoted = (["username", "password"] as const).filter((name) => /^(["']).*\1$/s.test(identity[name]));
  if (quoted.length === 0) return undefined;
  return `the quotes around the ${quoted.join(" and the ")} in the configuration are taken as part of it; remove them`;
}
