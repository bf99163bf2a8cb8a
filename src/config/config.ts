// The configuration as the rest of the program sees it, and how to load it.

import { resolve } from "node:path";
import type { LogPrefix } from "../log/log-prefix.ts";
import type { ServerSettings } from "../model/server-settings.ts";
import { perSide, sides, type PerSide, type Side } from "../model/side.ts";
import { configInvalid } from "./config-error.ts";
import { configDirectory, dataDirectory } from "./directories.ts";
import { exposure, readConfigFile } from "./read-config-file.ts";
import { readSections, type Section, type Sections } from "./sections.ts";
import { serverSettings } from "./server-section.ts";

export interface Config {
  /** Absolute path of the configuration file. */
  readonly file: string;
  /** Absolute path. */
  readonly database: string;
  /** Raw patterns (latin1), NUL for the hierarchy delimiter. */
  readonly listMailbox: readonly string[];
  /** Upper-cased. */
  readonly listSelectOpts: readonly string[];
  /** Matched against raw names with NUL for the hierarchy delimiter. */
  readonly ignoreMailbox: RegExp | undefined;
  /** As written: relative to the working directory. */
  readonly logfile: string | undefined;
  readonly logPrefix: LogPrefix;
  readonly servers: PerSide<ServerSettings>;
  /** One line each. */
  readonly warnings: readonly string[];
}

export interface LoadOptions {
  /** From --config; a relative path starts from our configuration directory. */
  readonly file?: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
}

/** Throws CONFIG_MISSING if the file cannot be read, else CONFIG_INVALID for the first line that is wrong. */
export function loadConfig({ file = "config", env, home }: LoadOptions): Config {
  const path = resolve(configDirectory(env, home), file);
  const { octets, stats } = readConfigFile(path);
  const sections = readSections(path, octets);
  const servers = requireServers(path, sections);
  const { top } = sections;
  const warning = sides.some((side) => holdsPassword(servers[side]))
    ? exposure(path, stats, process.getuid?.())
    : undefined;
  return {
    file: path,
    database: resolve(dataDirectory(env, home), top.get("database") ?? `${databaseHost(servers)}.db`),
    listMailbox: top.get("list-mailbox"),
    listSelectOpts: top.get("list-select-opts"),
    ignoreMailbox: top.get("ignore-mailbox"),
    logfile: top.get("logfile"),
    logPrefix: top.get("log-prefix"),
    servers: perSide((side) => serverSettings(path, servers[side], side)),
    warnings: warning === undefined ? [] : [warning],
  };
}

function requireServers(file: string, sections: Sections): PerSide<Section> {
  return perSide((side: Side) => {
    const section = sections[side];
    if (section === undefined) {
      const expected = "expected both [local] and [remote]";
      throw configInvalid({ file, problem: `there is no [${side}] section`, expected });
    }
    return section;
  });
}

/** The first host that is set, [remote] before [local]. A tunnel has none, and as [remote] it counts as localhost. */
function databaseHost({ local, remote }: PerSide<Section>): string {
  if (remote.get("type") === "tunnel") return "localhost";
  const named = [remote, local].find(
    (section) => section.lineOf("host") !== undefined && section.get("type") !== "tunnel",
  );
  return (named ?? remote).get("host").text;
}

function holdsPassword(section: Section): boolean {
  return section.get("password") !== undefined || section.get("proxy")?.password !== undefined;
}
