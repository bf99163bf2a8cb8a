// The default places of our files: the XDG base directories.

import { createHash } from "node:crypto";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { makePrivateDirectory } from "../files/open-safely.ts";
import { InterimapError } from "../model/errors.ts";

/** `home` is that of the user unless told. Throws CONFIG_MISSING where it is needed and nobody knows it. */
export function configDirectory(env: NodeJS.ProcessEnv, home?: string): string {
  return join(baseDirectory(env["XDG_CONFIG_HOME"]) ?? join(home ?? homeDirectory(env), ".config"), "interimap");
}

/** As {@link configDirectory}. */
export function dataDirectory(env: NodeJS.ProcessEnv, home?: string): string {
  return join(baseDirectory(env["XDG_DATA_HOME"]) ?? join(home ?? homeDirectory(env), ".local", "share"), "interimap");
}

/** HOME, or what the system's list of users has where that is empty or relative: the working directory may be anybody's. */
export function homeDirectory(env: NodeJS.ProcessEnv): string {
  const home = [env["HOME"], listedHome()].find((path) => path !== undefined && isAbsolute(path));
  if (home !== undefined) return home;
  throw new InterimapError("CONFIG_MISSING", "the home directory of this user is not known", {
    hint: "set HOME to an absolute path, or XDG_CONFIG_HOME and XDG_DATA_HOME",
  });
}

function listedHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // the list does not have this user
    return undefined;
  }
}

/** `~/x` is below the home directory, as in a shell; any other path stays as it is. */
export function withHome(path: string, home: () => string): string {
  return path.startsWith("~/") ? join(home(), path.slice(2)) : path;
}

/** One socket for each database; beside the database where the system has no directory for such things. */
export function statusSocket(env: NodeJS.ProcessEnv, database: string): string {
  const directory = baseDirectory(env["XDG_RUNTIME_DIR"]);
  if (directory === undefined) return `${database}.sock`;
  // a hash, because the length of a socket's path is limited
  const hash = createHash("sha256").update(database).digest("hex").slice(0, 16);
  return join(directory, "interimap", `${hash}.sock`);
}

/** The XDG specification: an empty variable counts as unset, a relative one is to be ignored. */
function baseDirectory(value: string | undefined): string | undefined {
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

/** Creates the missing directories of the path, for this user only (0700). Throws DATABASE_CREATE. */
export function ensureDirectory(path: string): void {
  try {
    makePrivateDirectory(path, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/, (?:mkdir|stat) .*$/s, "") : String(error);
    throw new InterimapError("DATABASE_CREATE", `${path}: cannot create the directory (${reason})`, {
      hint: "make its parent writable for this user, or name another place with the database setting",
      cause: error,
    });
  }
}
