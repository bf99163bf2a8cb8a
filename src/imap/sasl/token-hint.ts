// What can be done about a token that a server does not take: by what the server says, and by what the token itself says.

import type { Hint } from "../../model/remedy.ts";
import { asSetting } from "../../model/vocabulary.ts";
import { excerpt } from "../../util/printable.ts";
import type { ServerTokenError } from "./server-token-error.ts";

export interface RefusedBearer {
  readonly token: string;
  readonly username: string | undefined;
  /** The server's words. */
  readonly words: string;
  readonly told: ServerTokenError | undefined;
  /** How to get another one; undefined: that is a command's business. */
  readonly renewal: Hint | undefined;
}

/** A token that was refused once was replaced by a fresh one: whatever is wrong with this one lasts. */
export function tokenHint(refused: RefusedBearer): Hint {
  const { username, words, told, renewal = `check what ${asSetting("token-command")} prints` } = refused;
  const then = (advice: string): Hint => [`${advice}; then `, ...[renewal].flat()];
  if (isMailboxClosed(words)) {
    return `the token is good, but IMAP is not allowed for this mailbox: have it enabled; with Microsoft 365, check too that ${asSetting("username")} is the mailbox's own name`;
  }
  const claims = claimsOf(refused.token);
  if (claims.endsAt !== undefined && claims.endsAt < Date.now()) {
    return then("the token has expired, by this machine's clock: check the clock");
  }
  if (claims.user !== undefined && username !== undefined && !isSame(claims.user, username)) {
    return then(
      `the token is for ${excerpt(claims.user)}, not for ${username}: set ${asSetting("username")}, or log in as the other user`,
    );
  }
  const wanted = told?.scope;
  if (told?.status === "insufficient_scope" || (claims.scope !== undefined && lacks(claims.scope, wanted))) {
    return then(
      `the token does not allow ${wanted ?? "IMAP"}: check ${asSetting("oauth-scope")}, and what the client may ask for`,
    );
  }
  const scope = wanted === undefined ? "" : `, does not allow ${wanted}`;
  return then(
    `the token may be for another user than ${username ?? "this one"}${scope}, or of another tenant: check ${asSetting("username")}, ${asSetting("oauth-scope")} and ${asSetting("oauth-tenant")}`,
  );
}

/** Exchange and Gmail say so in their own ways. */
function isMailboxClosed(words: string): boolean {
  return /authenticated but not connected|imap (?:access )?is (?:disabled|not enabled)|not enabled for imap/i.test(
    words,
  );
}

interface Claims {
  readonly user?: string | undefined;
  readonly scope?: string | undefined;
  readonly endsAt?: number | undefined;
}

/** Of a token that can be read (RFC 7519). It is not believed, only quoted: the server judges it. */
function claimsOf(token: string): Claims {
  const [, payload = ""] = token.split(".");
  try {
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<string, unknown>;
    const text = (...names: readonly string[]): string | undefined =>
      names.map((name) => claims[name]).find((value) => typeof value === "string");
    const { exp } = claims;
    return {
      user: text("upn", "email", "preferred_username", "unique_name"),
      scope: text("scp", "scope"),
      endsAt: typeof exp === "number" ? exp * 1000 : undefined,
    };
  } catch {
    return {};
  }
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function lacks(scope: string, wanted: string | undefined): boolean {
  const has = scope.split(" ");
  return wanted === undefined ? !/imap|mail/i.test(scope) : wanted.split(" ").some((one) => !has.includes(one));
}
