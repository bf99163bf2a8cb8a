// Proves who we are: the first configured mechanism that the server offers.

import { InterimapError } from "../../model/errors.ts";
import type { AuthMechanism, ServerSettings } from "../../model/server-settings.ts";
import type { Capabilities } from "../capabilities.ts";
import { astring, base64, line } from "../codec/write-command.ts";
import type { Command } from "../command.ts";
import { CommandRefused } from "../command-refused.ts";
import type { Session } from "../session/session.ts";
import { whereOffered } from "../step-down.ts";

interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** From now on nothing the server says shows the password, in whichever form it is going to be sent. */
export function hideCredentials(session: Session, { username = "", password }: ServerSettings): void {
  if (password === undefined) return;
  session.hide(password);
  session.hide(plainMessage({ username, password }));
}

/**
 * @throws InterimapError AUTH_NO_MECHANISM, AUTH_FAILED; CONNECT when the server is not ready to check credentials now
 * (RFC 5530 UNAVAILABLE and its like).
 */
export async function authenticate(session: Session, settings: ServerSettings): Promise<void> {
  const { username, password } = settings;
  if (username === undefined || password === undefined) {
    const missing = username === undefined ? "username" : "password";
    throw new InterimapError("AUTH_NO_MECHANISM", `the server wants a login, but no ${missing} is configured`, {
      hint: `set ${missing} in section [${session.side}]`,
    });
  }
  if (!session.isSecure && session.capabilities.has("LOGINDISABLED")) throw loginsDisabled();
  const mechanism = settings.auth.find((name) => isUsable(name, session.capabilities));
  if (mechanism === undefined) {
    throw new InterimapError(
      "AUTH_NO_MECHANISM",
      `the server offers none of the configured ways to log in (${settings.auth.join(", ")})`,
      {
        hint: session.isSecure ? "see the setting auth" : "many servers offer a login only under TLS: see STARTTLS",
      },
    );
  }
  try {
    if (mechanism === "LOGIN") await session.run(login({ username, password }));
    else
      await whereOffered<unknown>(session, "SASL-IR", {
        withIt: () => atOnce(session, { username, password }),
        withoutIt: () => session.run(plain({ username, password })),
      });
  } catch (error) {
    throw error instanceof CommandRefused ? refusal(error, { username, password }) : error;
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
function plain(credentials: Credentials): Command {
  return {
    name: "AUTHENTICATE",
    overlap: "alone",
    parts: line`AUTHENTICATE PLAIN`,
    answerChallenge: inTurn(base64(Buffer.from(plainMessage(credentials), "utf8")), cancelled),
  };
}

/** The response goes out with the command (RFC 4959). Who asks for it all the same got it: it is not sent again. */
async function atOnce(session: Session, credentials: Credentials): Promise<void> {
  const cancel = inTurn(cancelled);
  let isAskedFor = false;
  try {
    await session.run({
      ...plain(credentials),
      parts: line`AUTHENTICATE PLAIN ${base64(Buffer.from(plainMessage(credentials), "utf8"))}`,
      answerChallenge: () => {
        isAskedFor = true;
        return cancel();
      },
    });
  } catch (error) {
    throw isAskedFor && error instanceof CommandRefused ? refusal(error, credentials) : error;
  }
}

/** RFC 3501 6.2.2: the server has to answer BAD. */
const cancelled = "*";

/** Each is given once, however often the server asks. */
function inTurn(...answers: readonly string[]): () => string | undefined {
  let given = 0;
  return () => answers[given++];
}

function plainMessage({ username, password }: Credentials): string {
  return `\0${username}\0${password}`;
}

/** RFC 3501 6.2.3 */
function login({ username, password }: Credentials): Command {
  const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
  return {
    name: "LOGIN",
    overlap: "alone",
    parts: line`LOGIN ${astring(octets(username))} ${astring(octets(password))}`,
  };
}

/** Some refusals say nothing about the password. */
function refusal(error: CommandRefused, { username, password }: Credentials): InterimapError {
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
function quotedHint(credentials: Credentials): string | undefined {
  const quoted = (["username", "password"] as const).filter((name) => /^(["']).*\1$/s.test(credentials[name]));
  if (quoted.length === 0) return undefined;
  return `the quotes around the ${quoted.join(" and the ")} in the configuration are taken as part of it; remove them`;
}
