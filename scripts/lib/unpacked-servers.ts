// Where the test servers are that cannot be installed beside Dovecot, or would be started as services: unpacked below our cache
// directory, or installed as packages.

import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

interface UnpackedServer {
  /** Debian packages; the first one's version counts. */
  readonly packages: readonly [string, ...string[]];
  /** What is there when the server is; `*` is any version. */
  readonly program: string;
}

export const unpackedServers = {
  cyrus: { packages: ["cyrus-imapd", "cyrus-common"], program: "usr/lib/cyrus/bin/imapd" },
  courier: { packages: ["courier-imap", "courier-base", "courier-authlib"], program: "usr/bin/maildirmake.courier" },
  mailutils: { packages: ["mailutils-imap4d"], program: "usr/sbin/imap4d" },
  // Its package is called by its version, which `apt-cache depends` tells of this one.
  postgresql: { packages: ["postgresql"], program: "usr/lib/postgresql/*/bin/postgres" },
} as const satisfies Readonly<Record<string, UnpackedServer>>;

export type UnpackedServerName = keyof typeof unpackedServers;

export function isUnpackedServer(name: string): name is UnpackedServerName {
  return name in unpackedServers;
}

/** Where a version of a server is to be unpacked. */
export function serverDirectory(name: UnpackedServerName, version: string): string {
  // A version may hold an epoch; a colon would cut LD_LIBRARY_PATH in two.
  return join(cacheDirectory(), `${name}-${version.replaceAll(":", "_")}`);
}

/** The directory that holds the server's `usr`, or undefined when there is none. CYRUS_ROOT and its like win. */
export function findServer(name: UnpackedServerName): string | undefined {
  const cache = cacheDirectory();
  const unpacked = existsSync(cache) ? readdirSync(cache).filter((one) => one.startsWith(`${name}-`)) : [];
  const candidates = [
    process.env[`${name.toUpperCase()}_ROOT`],
    ...unpacked
      .sort()
      .reverse()
      .map((one) => join(cache, one)),
    "/",
  ];
  return candidates.find((root) => root !== undefined && programIn(root, name) !== undefined);
}

/** The program of a server below `root`, of the newest version. */
export function programIn(root: string, name: UnpackedServerName): string | undefined {
  const [before = "", after] = unpackedServers[name].program.split("*");
  const place = join(root, before);
  if (after === undefined) return existsSync(place) ? place : undefined;
  const versions = existsSync(place) ? readdirSync(place).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(place, version, after)).find((path) => existsSync(path));
}

/** Of what the tests bring along. */
export function cacheDirectory(): string {
  // Root's servers run as another user, who cannot look into root's home.
  const usual = process.getuid?.() === 0 ? "/var/cache" : join(homedir(), ".cache");
  return join(process.env["XDG_CACHE_HOME"] ?? usual, "interimap-test");
}
