// The configuration as the rest of the program sees it, and its loader.

import { existsSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { distrusted, distrustOf } from "../files/examine.ts";
import type { LogPrefix } from "../log/log-prefix.ts";
import { accountOf } from "../model/account.ts";
import type { DeletionLimit } from "../model/deletion-limit.ts";
import { authoritiesOf } from "../model/environment-authorities.ts";
import type { FollowedDeletions } from "../model/followed-deletions.ts";
import { canonicalName } from "../model/mailbox-name.ts";
import { contradiction, type WrittenPair } from "../model/name-pairs.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import { type PerSide, perSide, sides } from "../model/side.ts";
import { Complaints } from "./config-error.ts";
import { databaseName } from "./database-name.ts";
import { configDirectory, dataDirectory, homeDirectory, statusSocket, withHome } from "./directories.ts";
import { findConfigurations } from "./find-configurations.ts";
import { ownCertificateWarning } from "./own-certificate-warning.ts";
import { exposure, type Origin, readConfigFile } from "./read-config-file.ts";
import { readSections, type Section, type Sections } from "./sections.ts";
import { serverSettings } from "./server-section.ts";

export interface Config {
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Absolute path. */
  readonly database: string;
  /**
   * Where `database` was found under the name that earlier versions gave, which has no user in it: the same configuration with
   * the name that is given now, for when that database is about other accounts.
   */
  readonly otherwise: Config | undefined;
  /** Raw patterns (latin1), NUL for the hierarchy delimiter. */
  readonly listMailbox: readonly string[];
  /** Upper-cased. */
  readonly listSelectOpts: readonly string[];
  /** Matched against raw names with NUL for the hierarchy delimiter. */
  readonly ignoreMailbox: RegExp | undefined;
  readonly mapSpecialUse: boolean;
  /** Special uses (RFC 6154), in lower case. */
  readonly skipSpecialUse: readonly string[];
  /** As written: in each server's own notation, or with NUL for the hierarchy delimiter. */
  readonly mapMailbox: readonly WrittenPair[];
  /** As written: relative to the working directory. */
  readonly logfile: string | undefined;
  readonly logPrefix: LogPrefix;
  readonly logFormat: "text" | "json";
  readonly matchExisting: boolean;
  readonly maxDelete: DeletionLimit;
  readonly followRenames: boolean;
  /** Undefined: they are left to the user. */
  readonly followDeletions: FollowedDeletions | undefined;
  /** The program's name of the mailbox that keeps deleted ones, if there is one; it takes no part. */
  readonly trashMailbox: string | undefined;
  /** The program's names. */
  readonly idleMailboxes: readonly string[];
  readonly fullCheckSeconds: number;
  /** With --watch or --notify: between two looks at flags that no number tells. */
  readonly flagCheckSeconds: number;
  /** Undefined: as usual. */
  readonly keepAliveSeconds: number | undefined;
  /** As written: relative to the working directory. */
  readonly metricsFile: string | undefined;
  /** Absolute path of the socket where a daemon that works on the database tells its status. */
  readonly statusSocket: string;
  readonly servers: PerSide<ServerSettings>;
  /** One line each. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** From --config; a relative path starts from our configuration directory. */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** The user's, unless told. */
  readonly home?: string;
  /** Instead of what is in the file, which need not be there. */
  readonly text?: string;
}

/** `path`: what is to be read. */
function originOf(path: string): Origin {
  return { example: "config.example.ini", maker: "interimap init", others: () => accountsBeside(path) };
}

/** None where the directory cannot be read. */
function accountsBeside(path: string): readonly string[] {
  try {
    const others = findConfigurations(dirname(path)).filter(({ file }) => file !== path);
    return others.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Where the file of --config is, or the usual one: absolute. */
export function configPath({ file = "config", env, home }: Pick<LoadOptions, "file" | "env" | "home">): string {
  const named = withHome(file, () => home ?? homeDirectory(env));
  return isAbsolute(named) ? named : resolve(configDirectory(env, home), named);
}

/** Throws CONFIG_MISSING if the file cannot be read, else CONFIG_INVALID for all lines that are wrong, or CONFIG_UNSAFE. */
export function loadConfig({ file, env, home, text: given }: LoadOptions): Config {
  const homeOf = (): string => home ?? homeDirectory(env);
  const path = configPath({ file, env, ...(home !== undefined && { home }) });
  const { octets, stats } =
    given === undefined ? readConfigFile(path, originOf(path)) : { octets: Buffer.from(given), stats: undefined };
  const complaints = new Complaints();
  const sections = readSections(octets, { file: path, complaints, home: homeOf });
  requireConsistentPairs(path, sections, complaints);
  const servers = requireServers(path, sections, complaints);
  const { top } = sections;
  const isExposed = stats !== undefined && sides.some((side) => holdsPassword(servers[side]));
  const exposed = isExposed ? exposure(path, stats, process.getuid?.()) : undefined;
  const reached = perSide((side) => serverSettings({ file: path, section: servers[side], side, env, complaints }));
  complaints.throwIfAny();
  for (const side of sides) requireSafeFiles(servers[side], reached[side]);
  const outdated = sides.flatMap((side) => ownCertificateWarning(reached[side].transport, Date.now()) ?? []);
  const inData = (name: string): string => resolve(isAbsolute(name) ? "" : dataDirectory(env, home), name);
  const { host, text } = servers.remote.get("host");
  const wanted = top.get("database");
  const accounts = perSide((side) => accountOf(reached[side]));
  const usual = inData(wanted ?? databaseName(accounts, host));
  const which = top.get("follow-deletions");
  const trash = trashIn(top.get("trash-mailbox"), which);
  const withDatabase = (database: string, otherwise?: Config): Config => ({
    file: path,
    database,
    otherwise,
    listMailbox: top.get("list-mailbox"),
    listSelectOpts: top.get("list-select-opts"),
    ignoreMailbox: top.get("ignore-mailbox"),
    mapSpecialUse: top.get("map-special-use"),
    skipSpecialUse: top.get("skip-special-use"),
    mapMailbox: top.all("map-mailbox").map(({ value }) => value),
    logfile: top.get("logfile"),
    logPrefix: top.get("log-prefix"),
    logFormat: top.get("log-format"),
    matchExisting: top.get("match-existing"),
    maxDelete: top.get("max-delete"),
    followRenames: top.get("follow-renames"),
    followDeletions: which === "NO" ? undefined : { which, trash },
    trashMailbox: trash,
    idleMailboxes: top.get("idle-mailboxes").map(canonicalName),
    fullCheckSeconds: top.get("full-check-interval"),
    flagCheckSeconds: top.get("flag-check-interval"),
    keepAliveSeconds: top.get("keep-alive-interval"),
    metricsFile: top.get("metrics-file"),
    // When asked for: few runs need it, and what makes the hash takes time to load.
    get statusSocket() {
      return statusSocket(env, database);
    },
    servers: perSide((side) =>
      withTokenFile(reached[side], (name) => (name === "" ? `${usual}.${side}-token` : inData(name))),
    ),
    warnings: [...(exposed === undefined ? [] : [exposed]), ...outdated, ...sections.warnings],
  });
  if (wanted !== undefined) return withDatabase(usual);
  const former = inData(`${text}.db`);
  const isFormer = usual !== former && !existsSync(usual) && existsSync(former);
  return isFormer ? withDatabase(former, withDatabase(usual)) : withDatabase(usual);
}

/** Where it is not told, there is one as soon as deletions are followed. */
function trashIn(name: string | undefined, which: "NO" | "EMPTY" | "YES"): string | undefined {
  if (name === undefined) return which === "NO" ? undefined : "Deleted Mailboxes";
  return name === "" ? undefined : canonicalName(name);
}

/** @throws InterimapError CONFIG_INVALID with all complaints so far: a section that was not read allows no others. */
function requireServers(file: string, { local, remote, unknown }: Sections, complaints: Complaints): PerSide<Section> {
  const missing = sides.filter((side) => (side === "local" ? local : remote) === undefined);
  const mistyped = unknown.slice(0, missing.length);
  for (const { name, line } of mistyped)
    complaints.note({ file, line, problem: `unknown section [${name}]`, expected: "expected [local] or [remote]" });
  const [first] = missing;
  if (first !== undefined && mistyped.length === 0) {
    const expected = "expected both [local] and [remote]";
    complaints.note({ file, problem: `there is no [${first}] section`, expected });
  }
  complaints.throwIfAny();
  return { local: local!, remote: remote! };
}

/** As far as names can be told before the servers' hierarchy delimiters are known. */
function requireConsistentPairs(file: string, { top }: Sections, complaints: Complaints): void {
  const written = top.all("map-mailbox");
  const wrong = contradiction(written.map(({ value: { local, remote } }) => ({ ours: local, theirs: remote })));
  if (wrong === undefined) return;
  const { index, problem } = wrong;
  const expected = "expected one name for each mailbox on each server";
  complaints.note({ file, line: written[index]?.line, problem: `map-mailbox: ${problem}`, expected });
}

/** Whoever can change these files decides which server we trust, and who we are. A missing file is reported when it is read. */
function requireSafeFiles(section: Section, { transport }: ServerSettings): void {
  const named: (readonly [name: string, path: string])[] = [];
  for (const name of ["SSL_CAfile", "SSL_CApath", "SSL_cert", "SSL_key"] as const) {
    const path = section.get(name);
    if (path !== undefined) named.push([name, path]);
  }
  if (transport.type !== "tunnel") named.push(...authoritiesOf(transport.tls));
  for (const [name, path] of named) {
    const distrust = distrustOf(resolve(path));
    if (distrust !== undefined) throw distrusted("CONFIG_UNSAFE", `${name} ${path}`, distrust);
  }
}

/** `place` makes an absolute path of the one that is configured. */
function withTokenFile(settings: ServerSettings, place: (name: string) => string): ServerSettings {
  const { oauth } = settings;
  if (oauth === undefined || !("file" in oauth.tokens)) return settings;
  return { ...settings, oauth: { ...oauth, tokens: { file: place(oauth.tokens.file) } } };
}

function holdsPassword(section: Section): boolean {
  const hasSecret = section.get("password") !== undefined || section.get("oauth-client-secret") !== undefined;
  return hasSecret || section.get("proxy")?.password !== undefined;
}
