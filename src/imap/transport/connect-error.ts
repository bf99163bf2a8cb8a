// Puts failed connections into words.

import { InterimapError } from "../../model/errors.ts";
import { TimedOut } from "./attempt.ts";
import { NoAddress } from "./happy-eyeballs.ts";

const reasons: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ECONNREFUSED: ["connection refused", "check host and port, and that the server is running"],
  ENOTFOUND: ["name not found", "check the spelling of the host name"],
  EAI_AGAIN: ["the name server does not answer", "check the network connection"],
  ETIMEDOUT: ["timed out", "check the network, the port, and whether a firewall is in the way"],
  EHOSTUNREACH: ["host unreachable", "check the network connection"],
  ENETUNREACH: ["network unreachable", "check the network connection"],
  ECONNRESET: ["connection reset", "the server may be busy or restarting; try again later"],
  EPIPE: ["connection closed", "the server may be busy or restarting; try again later"],
};

/**
 * The CONNECT error for what `connectTcp` threw, unless it is the reason of a caller who gave up. `what` says what could not
 * be done.
 */
export function connectError(what: string, error: unknown, signal?: AbortSignal): InterimapError {
  if (error instanceof NoAddress && error.attempts.length > 0) return noAddressError(what, error);
  signal?.throwIfAborted();
  if (error instanceof InterimapError) return error;
  const [reason, hint] = inWords(error);
  return new InterimapError("CONNECT", `${what}: ${reason}`, hint === "" ? { cause: error } : { hint, cause: error });
}

/** Each reason with the addresses that it is about. */
function noAddressError(what: string, error: NoAddress): InterimapError {
  const { attempts, cause } = error;
  if (cause !== undefined && !(cause instanceof TimedOut)) throw cause as Error;
  const groups = new Map<string, string[]>();
  const note = (reason: string, address: string): void => {
    groups.set(reason, [...(groups.get(reason) ?? []), address]);
  };
  for (const one of attempts) if (one.error === undefined) note(cause?.words ?? "no answer", one.address);
  const failures = attempts.filter((one) => one.error !== undefined);
  for (const one of failures) note(inWords(one.error)[0], one.address);
  const words = [...groups].map(([reason, addresses]) => `${reason} (${some(addresses)})`).join(", ");
  const hint = cause?.hint ?? failures.map((one) => inWords(one.error)[1]).find((advice) => advice !== "") ?? "";
  return new InterimapError("CONNECT", `${what}: ${words}`, hint === "" ? { cause: error } : { hint, cause: error });
}

const maxNamed = 4;

function some(addresses: readonly string[]): string {
  const rest = addresses.length - maxNamed;
  return addresses.slice(0, maxNamed).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** What went wrong and what to do; "" where there is no advice. */
function inWords(error: unknown): readonly [reason: string, hint: string] {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return reasons[code] ?? [error instanceof Error ? error.message : String(error), ""];
}
