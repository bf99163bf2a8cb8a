// Which mail servers a job may name. The addresses that a name has are checked where the connection is made.

import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { FieldError } from "../../job/form-values.ts";
import type { HostNumber } from "../../job/job-spec.ts";

export interface HostRules {
  /** In lower case; `*.x` is all below x. Undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly deniedHosts: readonly string[];
  /** Undefined: any. */
  readonly ports: readonly number[] | undefined;
}

/** `options`: of imapsync. @throws FieldError */
export function requireAllowedHosts(options: readonly string[], rules: HostRules): void {
  for (const number of [1, 2] as const) requireAllowed(options, number, rules);
}

function requireAllowed(options: readonly string[], number: HostNumber, rules: HostRules): void {
  const { allowedHosts, deniedHosts, ports } = rules;
  const field = `host${number}`;
  const valueOf = (name: string): string | undefined =>
    options.find((option) => option.startsWith(`--${name}=`))?.slice(name.length + 3);
  // A preset of a provider may stand for one.
  const host = valueOf(field) ?? "";
  const fits = (pattern: string): boolean => fitsPattern(host, pattern);
  if (deniedHosts.some(fits) || (allowedHosts !== undefined && !allowedHosts.some(fits)))
    throw new FieldError(field, "This server does not connect to that host.");
  const port = valueOf(`port${number}`);
  if (port !== undefined && ports !== undefined && !ports.includes(Number(port)))
    throw new FieldError(field, `This server does not connect to port ${port}, only to ${ports.join(", ")}.`);
}

function fitsPattern(host: string, pattern: string): boolean {
  const [one, other] = [plain(host), plain(pattern.replace(/^\*\./, ""))];
  return pattern.startsWith("*.") ? one.endsWith(`.${other}`) : one === other;
}

/** As DNS compares names. */
function plain(host: string): string {
  return (isIPv6(host) ? host : domainToASCII(host)).toLowerCase().replace(/\.$/, "");
}
