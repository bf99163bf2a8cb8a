// Replaces our files atomically, so that readers never see half a file.

import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileKind } from "../model/file-kind.ts";
import { create } from "./open-safely.ts";

/** At once, so that nobody reads half of it. Replaces files and links, and nothing else. Throws the system's error. */
export function replaceFile(path: string, text: string, mode: number): void {
  replace(path, mode, (fd) => {
    writeFileSync(fd, text);
  });
}

/** As {@link replaceFile}, for its owner only; when it returns, the text outlasts a loss of power. */
export function replacePrivately(path: string, text: string): void {
  replace(path, 0o600, (fd) => {
    writeFileSync(fd, text);
    fsyncSync(fd);
  });
  const folder = openSync(dirname(path), constants.O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function replace(path: string, mode: number, write: (fd: number) => void): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  // Nobody has /dev/null again once it is a file.
  if (there?.isFile() === false && !there.isSymbolicLink()) throw new Error(`it is ${fileKind(there)}`);
  const partial = `${path}.partial`;
  // anew, so that a link that somebody else made is not followed
  rmSync(partial, { force: true });
  const fd = create(partial, constants.O_WRONLY, mode);
  try {
    try {
      write(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}
