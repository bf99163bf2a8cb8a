// What is kept of a login: JSON text of one line, in a file or with a command of the user's.

import type { TokenEndpointResponse } from "oauth4webapi";

export interface TokenDocument {
  /** Whose tokens these are: shown to nobody else. */
  readonly issuer: string;
  readonly clientId: string;
  readonly refreshToken: string;
  readonly accessToken: string;
  /** When to ask for the next one, some time before it ends: by our clock, in ms since 1970. 0: the issuer did not say. */
  readonly renewAt: number;
}

export function formatDocument(document: TokenDocument): string {
  return `${JSON.stringify({ version: 1, ...document })}\n`;
}

/** Undefined for what is none. */
export function parseDocument(text: string): TokenDocument | undefined {
  let value: Partial<Record<keyof TokenDocument | "version", unknown>>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || value.version !== 1) return undefined;
  const { issuer, clientId, refreshToken, accessToken, renewAt } = value;
  const areTexts = [issuer, clientId, refreshToken, accessToken].every((one) => typeof one === "string" && one !== "");
  if (!areTexts || typeof renewAt !== "number") return undefined;
  return { issuer, clientId, refreshToken, accessToken, renewAt } as TokenDocument;
}

/** `askedAt`: when the request was sent, so that the end is not reckoned too late. */
export function documentOf(
  { issuer, clientId }: Pick<TokenDocument, "issuer" | "clientId">,
  { access_token: accessToken, expires_in: seconds }: TokenEndpointResponse,
  { refreshToken, askedAt }: { readonly refreshToken: string; readonly askedAt: number },
): TokenDocument {
  const lifeMs = Math.max(0, seconds ?? 0) * 1000;
  const renewAt = lifeMs === 0 ? 0 : askedAt + lifeMs - Math.min(skewMs, lifeMs / 5);
  return { issuer, clientId, refreshToken, accessToken, renewAt };
}

/** Clocks differ, and a login takes time. Of a short life a fifth is kept back. */
const skewMs = 5 * 60_000;
