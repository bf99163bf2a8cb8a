// What a server says of an access token that it does not take.

import { InterimapError } from "../../model/errors.ts";
import type { Hint } from "../../model/remedy.ts";
import type { CommandRefused } from "../command-refused.ts";
import type { ServerTokenError } from "./server-token-error.ts";
import { tokenHint } from "./token-hint.ts";

export interface RefusedToken {
  readonly mechanism: "OAUTHBEARER" | "XOAUTH2";
  readonly username: string | undefined;
  readonly refusal: CommandRefused;
  /** What the server said before the refusal; undefined: nothing. */
  readonly told: ServerTokenError | undefined;
  readonly token: string;
  /** How to get another one; undefined: that is a command's business. */
  readonly renewal: Hint | undefined;
}

export class TokenRefused extends InterimapError {
  readonly mechanism: RefusedToken["mechanism"];
  readonly serverError: ServerTokenError | undefined;
  readonly words: string;

  constructor({ mechanism, username, refusal, told, token, renewal }: RefusedToken) {
    const status = told?.status === undefined ? "" : ` (${told.status})`;
    const words = refusal.words.replace(/\.$/, "");
    super("AUTH_FAILED", `login${username === undefined ? "" : ` as ${username}`} refused: ${words}${status}`, {
      hint: tokenHint({ token, username, words, told, renewal }),
      cause: refusal,
    });
    this.mechanism = mechanism;
    this.serverError = told;
    this.words = words;
  }
}

/** Whatever the server sends: what is not as it should be is left out. */
export function readTokenError(challenge: Buffer, shown: (text: string) => string): ServerTokenError {
  const fields = jsonObject(challenge.toString("utf8"));
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" || typeof value === "number" ? shown(String(value)) : undefined;
  };
  return {
    status: text("status"),
    schemes: text("schemes"),
    scope: text("scope"),
    openidConfiguration: text("openid-configuration"),
  };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
