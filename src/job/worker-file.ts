// Where the program is that does a job.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Beside the bundle that this is in, or, for sources, in dist/. */
const places = ["./imapsync-job.js", "../../dist/imapsync-job.js"];

/** @throws Error where the program is not complete */
export function workerFile(): string {
  const found = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) => existsSync(path));
  if (found === undefined) throw new Error("imapsync-job.js is missing: the installation is incomplete");
  return found;
}
