// A mail server as people write it: NAME, NAME:PORT, ADDRESS or [ADDRESS]:PORT.

import { isIP } from "node:net";
import { FieldError } from "./field-error.ts";

export interface TargetHost {
  /** In lower case, without brackets. */
  readonly host: string;
  /** Undefined: as usual. */
  readonly port: number | undefined;
}

export interface HostRules {
  /** In lower case; `*.x` is all below x. Undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly deniedHosts: readonly string[];
  /** Undefined: any. */
  readonly ports: readonly number[] | undefined;
}

/** As a host name has it, RFC 1123 section 2.1, and what DNS allows beyond. */
const name = /^(?=.{1,254}$)(?:(?!-)[a-z0-9_-]{1,63}(?<!-)\.)*(?!\d+\.?$)(?!-)[a-z0-9_-]{1,63}(?<!-)\.?$/i;

/** @throws FieldError */
export function targetHost(field: string, text: string): TargetHost {
  const written = text.trim();
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(written) ?? [];
  const host = isIP(written) !== 0 ? written : (bracketed ?? plain ?? "");
  const isRight = bracketed === undefined || isIP(host) !== 0 ? isIP(host) !== 0 || name.test(host) : false;
  const port = digits === undefined ? undefined : Number(digits);
  if (!isRight) throw new FieldError(field, "This is not the name or address of a server.");
  if (port !== undefined && (port < 1 || port > 65535)) throw new FieldError(field, "There is no such port.");
  return { host: host.toLowerCase(), port };
}

/** @throws FieldError. The addresses that a name has are checked where the connection is made. */
export function requireAllowed(field: string, { host, port }: TargetHost, rules: HostRules): void {
  const { allowedHosts, deniedHosts, ports } = rules;
  const isDenied = deniedHosts.some((pattern) => fits(host, pattern));
  if (isDenied || (allowedHosts !== undefined && !allowedHosts.some((pattern) => fits(host, pattern))))
    throw new FieldError(field, "This server does not connect to that host.");
  if (port !== undefined && ports !== undefined && !ports.includes(port))
    throw new FieldError(field, `This server does not connect to port ${port}, only to ${ports.join(", ")}.`);
}

function fits(host: string, pattern: string): boolean {
  const bare = host.replace(/\.$/, "");
  return pattern.startsWith("*.") ? bare.endsWith(pattern.slice(1)) : bare === pattern.replace(/\.$/, "");
}
