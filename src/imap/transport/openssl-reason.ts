// What OpenSSL says of an error.

/** Its reason; undefined when the network is to blame. */
export function opensslReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  if (!error.code.startsWith("ERR_SSL_") && error.code !== "EPROTO") return undefined;
  return "reason" in error && typeof error.reason === "string" ? error.reason : error.message;
}

/** The number of the alert that the other end has sent (RFC 8446 6); undefined when it sent none. */
export function alertNumber(error: unknown): number | undefined {
  const [, number] = /SSL alert number (\d+)/.exec(error instanceof Error ? error.message : "") ?? [];
  return number === undefined ? undefined : Number(number);
}
