// Blanks that slipped into host, user and password: from a spreadsheet, as a rule.

import type { HostOptions } from "./host-options.ts";

type Credentials = Partial<Pick<HostOptions, "host" | "user" | "password">>;

/** A host name has neither blanks nor slashes in it. */
export function sanitisedHost(host: string): string {
  return host.replace(/[\s/]+/g, "");
}

/** Each change with a line about it, in which no password is. */
export function sanitised<T extends Credentials>(
  given: T,
  number: HostOptions["number"],
): { readonly credentials: T; readonly notices: readonly string[] } {
  const changes = {
    host: given.host === undefined ? undefined : sanitisedHost(given.host),
    user: given.user?.trim(),
    password: given.password?.trim(),
  };
  const names = (["host", "user", "password"] as const).filter((name) => changes[name] !== given[name]);
  const notices = names.map((name) => {
    const what = name === "password" ? "" : `: [${given[name] ?? ""}] is taken as [${changes[name] ?? ""}]`;
    return `--${name}${number} has superfluous blanks or slashes${what} ( --nosanitize leaves all as it is )`;
  });
  return { credentials: { ...given, ...Object.fromEntries(names.map((name) => [name, changes[name]])) }, notices };
}
