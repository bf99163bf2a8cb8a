// Files that a run writes into: for their owner only, and never through a link or into a file of another user.

import { closeSync, constants, ftruncateSync } from "node:fs";
import { dirname } from "node:path";
import { distrusted, examine } from "../../files/examine.ts";
import { createPrivately, makePrivateDirectory, openExamined } from "../../files/open-safely.ts";
import { InterimapError } from "../../model/errors.ts";

export interface OutputFile {
  /** Absolute. */
  readonly path: string;
  readonly descriptor: number;
  close(): void;
}

/** For errors: what the file is, and what the user can do. */
export interface FilePurpose {
  readonly what: string;
  readonly hint: string;
}

/**
 * The file of a name that was given. What a former run left in it goes, as users of `>` expect.
 * @throws InterimapError FILE_CREATE when it cannot be made or written, or others could change it
 */
export function openGiven(path: string, purpose: FilePurpose): OutputFile {
  return openSafely(path, purpose, (file) => {
    if (file.stats === undefined && !file.isDescriptor) return createPrivately(file.path, outputFlags);
    const descriptor = openExamined(file, outputFlags);
    if (file.stats?.isFile() === true && !file.isDescriptor) ftruncateSync(descriptor);
    return descriptor;
  });
}

export const outputFlags = constants.O_WRONLY | constants.O_APPEND;

type Examined = ReturnType<typeof examine>;

/** Makes the directory when it is missing. */
export function openSafely(path: string, { what, hint }: FilePurpose, open: (file: Examined) => number): OutputFile {
  try {
    makePrivateDirectory(dirname(path), { recursive: true });
    const file = examine(path);
    if (file.distrust !== undefined) throw distrusted("FILE_CREATE", `${what} ${path}`, file.distrust);
    const descriptor = open(file);
    return {
      path,
      descriptor,
      close: () => {
        closeSync(descriptor);
      },
    };
  } catch (error) {
    if (error instanceof InterimapError) throw error;
    throw new InterimapError("FILE_CREATE", `${what} ${path} cannot be made (${reasonOf(error)})`, {
      hint,
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, (?:open|mkdir|lstat|stat)\b.*$/s, "");
}
