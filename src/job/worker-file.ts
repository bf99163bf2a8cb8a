// Where the programs are that do jobs.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { JobSpec } from "./job-spec.ts";

const programs: Readonly<Record<JobSpec["engine"], string>> = { copy: "imapsync-job.js", sync: "interimap-job.js" };

/** @throws Error where the program is not complete */
export function workerFile(engine: JobSpec["engine"]): string {
  const program = programs[engine];
  // Beside the bundle that this is in, or, for sources, in dist/.
  const places = [`./${program}`, `../../dist/${program}`].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${program} is missing: the installation is incomplete`);
  return found;
}
