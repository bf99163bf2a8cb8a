// The configuration of the web server as the rest of it sees it, and its loader.

import { isAbsolute, join, resolve } from "node:path";
import { Complaints } from "../../config/config-error.ts";
import { configDirectory, dataDirectory, homeDirectory, withHome } from "../../config/directories.ts";
import { readConfigFile } from "../../config/read-config-file.ts";
import type { Section } from "../../config/section.ts";
import { readSingleSection } from "../../config/single-section.ts";
import type { JobLimits, TargetRules } from "../../job/job-spec.ts";
import { type Endpoint, usualMaxJobs } from "./parsers.ts";
import { type Certificate, readCertificate, readToken } from "./read-file.ts";
import { webReader, type webSettings } from "./settings.ts";

export interface WebConfig {
  /** Absolute; undefined: there is no file, and all is as by default. */
  readonly file: string | undefined;
  readonly listen: Endpoint;
  readonly certificate: Certificate | undefined;
  readonly publicOrigin: string | undefined;
  readonly trustedProxies: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Absolute. */
  readonly stateDirectory: string;
  readonly targets: TargetRules;
  /** Undefined: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly deniedHosts: readonly string[];
  readonly limits: JobLimits;
  readonly maxJobs: number;
  /** For each core. */
  readonly maxLoad: number | undefined;
  readonly maxQueued: number;
  readonly maxJobsPerAddress: number;
  readonly maxStartsPerHour: number;
  readonly maxFailedLoginsPerHour: number;
  readonly maxRequestsPerMinute: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxLogOctets: number;
  readonly keptDays: number;
  readonly endsWithTab: boolean;
  readonly operatorToken: string | undefined;
  /** Undefined: there is none. */
  readonly fleetDatabase: string | undefined;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  readonly logFormat: "json" | "text";
  /** One line each. */
  readonly warnings: readonly string[];
}

export interface WebLoadOptions {
  /** From --config; a relative path starts from our configuration directory. Undefined: the usual one, if it is there. */
  readonly file: string | undefined;
  /** From --listen. */
  readonly listen: Endpoint | undefined;
  readonly env: NodeJS.ProcessEnv;
}

/** @throws InterimapError CONFIG_MISSING, CONFIG_INVALID for all lines that are wrong, or CONFIG_UNSAFE */
export function loadWebConfig({ file, listen, env }: WebLoadOptions): WebConfig {
  const home = (): string => homeDirectory(env);
  const path = file === undefined ? undefined : placed(withHome(file, home), () => configDirectory(env));
  const octets =
    path === undefined ? Buffer.alloc(0) : readConfigFile(path, { example: "imapsync-web.example.ini" }).octets;
  const complaints = new Complaints();
  const { section, warnings } = readSingleSection(octets, webReader, { file: path ?? "", complaints, home });
  complaints.throwIfAny();
  const ports = section.get("allow-ports");
  const token = section.get("operator-token-file");
  return {
    file: path,
    listen: listen ?? section.get("listen"),
    certificate: certificateOf(section),
    publicOrigin: section.get("public-origin"),
    trustedProxies: section.get("trusted-proxies"),
    allowedOrigins: section.get("allow-origins"),
    stateDirectory: stateDirectory(section.get("state-directory"), env),
    targets: { allowsPrivate: section.get("allow-private-targets"), ports: ports === "any" ? undefined : ports },
    allowedHosts: section.get("allow-hosts"),
    deniedHosts: section.get("deny-hosts"),
    limits: { octets: section.get("max-octets"), seconds: section.get("max-duration") },
    maxJobs: section.get("max-jobs") ?? usualMaxJobs(),
    maxLoad: section.get("max-load"),
    maxQueued: section.get("max-queued"),
    maxJobsPerAddress: section.get("max-jobs-per-address"),
    maxStartsPerHour: section.get("max-starts-per-hour"),
    maxFailedLoginsPerHour: section.get("max-failed-logins-per-hour"),
    maxRequestsPerMinute: section.get("max-requests-per-minute"),
    maxConnectionsPerAddress: section.get("max-connections-per-address"),
    maxLogOctets: section.get("max-log"),
    keptDays: section.get("keep-jobs"),
    endsWithTab: section.get("end-with-tab"),
    operatorToken: token === undefined ? undefined : readToken(resolve(token)),
    fleetDatabase: section.get("fleet-database"),
    logLevel: section.get("log-level"),
    logFormat: section.get("log-format"),
    warnings,
  };
}

function certificateOf(section: Section<typeof webSettings>): Certificate | undefined {
  const file = section.get("certificate");
  return file === undefined
    ? undefined
    : readCertificate(resolve(file), resolve(section.get("certificate-key") ?? file));
}

/** systemd.exec(5): STATE_DIRECTORY has the paths of StateDirectory=, with colons between them. */
function stateDirectory(given: string | undefined, env: NodeJS.ProcessEnv): string {
  if (given !== undefined) return placed(given, () => dataDirectory(env));
  const [bySystemd = ""] = (env["STATE_DIRECTORY"] ?? "").split(":");
  return isAbsolute(bySystemd) ? bySystemd : join(dataDirectory(env), "web");
}

function placed(path: string, base: () => string): string {
  return isAbsolute(path) ? path : resolve(base(), path);
}
