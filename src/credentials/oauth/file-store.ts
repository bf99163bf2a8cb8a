// Tokens in a file that only its owner can read.

import { closeSync, constants, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { distrusted, examine, type Examined } from "../../files/examine.ts";
import { whileLocked } from "../../files/lock-file.ts";
import { makePrivateDirectory, openExamined } from "../../files/open-safely.ts";
import { replacePrivately } from "../../files/replace-file.ts";
import { InterimapError } from "../../model/errors.ts";
import { shellWord } from "../../util/shell-word.ts";
import type { TokenStore } from "./token-store.ts";

/** `path` is absolute. */
export function fileStore(path: string): TokenStore {
  return {
    place: `in ${path}`,
    read: async () => read(path),
    write: async (text) => {
      attempt(path, "written", () => {
        replacePrivately(examined(path).path, text);
      });
    },
    exclusively: async (work) => {
      const lock = attempt(path, "written", () => {
        makePrivateDirectory(dirname(path), { recursive: true });
        return `${examined(path).path}.lock`;
      });
      return whileLocked(lock, work).catch((error: unknown) => {
        throw isOfSystem(error) ? unusable(path, "written", error) : error;
      });
    },
  };
}

function read(path: string): string | undefined {
  return attempt(path, "read", () => {
    const file = examined(path);
    if (file.stats === undefined) return undefined;
    const descriptor = openExamined(file, constants.O_RDONLY);
    try {
      return readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
  });
}

/** @throws InterimapError CREDENTIALS where others could have written it, or can read it. */
function examined(path: string): Examined {
  const file = examine(path);
  const { distrust, stats } = file;
  if (distrust !== undefined) throw distrusted("CREDENTIALS", `the tokens' file ${path}`, distrust);
  if (stats?.isFile() === true && (stats.mode & 0o077) !== 0) {
    const remedy = `run: chmod 600 ${shellWord(path)}`;
    const problem = "can be read by others";
    throw distrusted("CREDENTIALS", `the tokens' file ${path}`, { problem, remedy, isFileItself: true });
  }
  return file;
}

function attempt<T>(path: string, done: "read" | "written", work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof InterimapError ? error : unusable(path, done, error);
  }
}

function unusable(path: string, done: "read" | "written", error: unknown): InterimapError {
  const words = error instanceof Error ? error.message : String(error);
  return new InterimapError("CREDENTIALS", `the tokens' file ${path} cannot be ${done} (${words})`, {
    hint: "name another one with oauth-token-file",
    cause: error,
  });
}

function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
