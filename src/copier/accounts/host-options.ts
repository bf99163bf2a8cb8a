// What the options say of one host.

import type { Side } from "../../model/side.ts";
import { type Host, sideOf } from "../options/host.ts";
import type { Options } from "../options/options.ts";

type PerHost =
  | "host"
  | "port"
  | "user"
  | "password"
  | "passfile"
  | "passwordcommand"
  | "authuser"
  | "authmech"
  | "proxyauth"
  | "authmd5"
  | "oauthdirect"
  | "oauthaccesstoken"
  | "ssl"
  | "tls"
  | "sslargs"
  | "timeout"
  | "keepalive"
  | "compress";

type Shared = "authmd5" | "timeout" | "sslcheck" | "id" | "inet4" | "inet6" | "sanitize";

export type AccountOptions = Pick<Options, `${PerHost}${Host}` | `ssl${Host}_ssl_version` | Shared>;

export type HostOptions = { readonly [Name in Exclude<PerHost, "timeout">]: AccountOptions[`${Name}${Host}`] } & {
  readonly number: Host;
  /** For lines. */
  readonly name: `Host${Host}`;
  readonly side: Side;
  readonly sslVersion: string | undefined;
  /** In seconds; 0: none. */
  readonly timeout: number;
  /** That all addresses of the host must be of. */
  readonly family: 4 | 6 | undefined;
} & Pick<AccountOptions, "sslcheck" | "id" | "sanitize">;

export function hostOptions(options: AccountOptions, number: Host): HostOptions {
  const { sslcheck, id, inet4, inet6, sanitize } = options;
  return {
    ...{ number, name: `Host${number}`, side: sideOf(number) },
    host: options[`host${number}`],
    port: options[`port${number}`],
    user: options[`user${number}`],
    password: options[`password${number}`],
    passfile: options[`passfile${number}`],
    passwordcommand: options[`passwordcommand${number}`],
    authuser: options[`authuser${number}`],
    authmech: options[`authmech${number}`],
    proxyauth: options[`proxyauth${number}`],
    authmd5: options[`authmd5${number}`] ?? options.authmd5,
    oauthdirect: options[`oauthdirect${number}`],
    oauthaccesstoken: options[`oauthaccesstoken${number}`],
    ssl: options[`ssl${number}`],
    tls: options[`tls${number}`],
    sslargs: options[`sslargs${number}`],
    sslVersion: options[`ssl${number}_ssl_version`],
    timeout: options[`timeout${number}`] ?? options.timeout,
    keepalive: options[`keepalive${number}`],
    compress: options[`compress${number}`],
    family: inet6 ? 6 : inet4 ? 4 : undefined,
    ...{ sslcheck, id, sanitize },
  };
}

/** What is missing for a login to both, as options. */
export function missingAccountOptions(options: AccountOptions): readonly string[] {
  return ([1, 2] as const).flatMap((number) => [
    ...(options[`host${number}`] === undefined ? [`--host${number}`] : []),
    ...(hasUser(options, number) ? [] : [`--user${number}`]),
  ]);
}

function hasUser(options: AccountOptions, number: Host): boolean {
  if ((options[`user${number}`] ?? options[`oauthdirect${number}`]) !== undefined) return true;
  // Who we are the server knows by other means.
  return /^(?:EXTERNAL|PREAUTH)$/i.test(options[`authmech${number}`] ?? "");
}
