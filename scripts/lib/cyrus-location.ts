// Where the test servers' Cyrus is: unpacked below our cache directory, or installed as a package.

import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const prefix = "cyrus-";

export function cyrusDirectory(version: string): string {
  // A version may hold an epoch; a colon would cut LD_LIBRARY_PATH in two.
  return join(cacheDirectory(), prefix + version.replaceAll(":", "_"));
}

/** The directory that holds usr/lib/cyrus/bin, or undefined when there is no Cyrus. CYRUS_ROOT wins. */
export function findCyrus(): string | undefined {
  const cache = cacheDirectory();
  const unpacked = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith(prefix)) : [];
  const candidates = [
    process.env["CYRUS_ROOT"],
    ...unpacked
      .sort()
      .reverse()
      .map((name) => join(cache, name)),
    "/",
  ];
  return candidates.find((root) => root !== undefined && isCyrus(root));
}

function isCyrus(root: string): boolean {
  return existsSync(join(root, "usr/lib/cyrus/bin/imapd"));
}

function cacheDirectory(): string {
  // Root's Cyrus runs as another user, who cannot look into root's home.
  const usual = process.getuid?.() === 0 ? "/var/cache" : join(homedir(), ".cache");
  return join(process.env["XDG_CACHE_HOME"] ?? usual, "interimap-test");
}
