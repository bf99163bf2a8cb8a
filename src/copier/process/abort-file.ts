// The file by which a run is told to end.

import { lstatSync, rmSync } from "node:fs";

const lookMs = 1_000;

/** Calls `onAsked` once, when the file is there and was made by this user or root. Returns how to stop looking. */
export function watchAbortFile(path: string, onAsked: () => void): () => void {
  const timer = setInterval(() => {
    if (!isAsked(path)) return;
    clearInterval(timer);
    rmSync(path, { force: true });
    onAsked();
  }, lookMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** Its name can be guessed, and it may be where everybody can make files. */
function isAsked(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() !== true) return false;
  return stats.uid === 0 || stats.uid === (process.geteuid?.() ?? stats.uid);
}
