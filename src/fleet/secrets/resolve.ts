// From a reference to the secret itself, in a worker.

import type { KeyObject } from "node:crypto";
import { secretFrom } from "../../credentials/secret-from.ts";
import { InterimapError } from "../../model/errors.ts";
import type { AccountHost } from "../accounts/account.ts";
import { open } from "./seal.ts";

export interface Resolving {
  /** By their identifiers. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** $CREDENTIALS_DIRECTORY. */
  readonly credentials: string | undefined;
  readonly signal: AbortSignal;
}

/** @throws InterimapError CREDENTIALS, or the signal's reason */
export async function resolveSecret({ secret, ...purpose }: AccountHost, how: Resolving): Promise<string> {
  const name = `the secret of ${purpose.user} at ${purpose.host}`;
  if (secret.from !== "sealed") {
    const place = { setting: "secret", name };
    const source = secret.from === "credential" ? { ...secret, directory: how.credentials } : secret;
    return secretFrom(source, { place, mayAsk: false, signal: how.signal });
  }
  const key = how.keys.get(secret.sealed.key);
  if (key === undefined)
    throw new InterimapError("CREDENTIALS", `${name} is sealed for the key ${secret.sealed.key}`, {
      hint: "start the worker with --key-file and that key",
    });
  try {
    return open(secret.sealed, key, purpose);
  } catch (error) {
    throw new InterimapError("CREDENTIALS", `${name} does not open: it was sealed for another server or user`, {
      hint: "add the account anew",
      cause: error,
    });
  }
}
