// The first lines of a run: which program, where, when, and how it was called.

import { freemem, hostname, totalmem } from "node:os";
import { shellWord } from "../../util/shell-word.ts";
import { clockTime } from "./display.ts";

export interface Beginning {
  readonly version: string;
  readonly startedAt: Date;
  /** Without secrets. */
  readonly argv: readonly string[];
}

export function bannerLines({ version, startedAt, argv }: Beginning): string[] {
  const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
  const memory = `${gibibytes(freemem())}/${gibibytes(totalmem())} free GiB of RAM`;
  return [
    `Here is imapsync ${version} on host ${hostname()}, a ${process.platform} system with ${memory}`,
    `with Node.js ${process.versions.node}`,
    `Transfer started at ${clockTime(startedAt)}`,
    `PID is ${process.pid} my PPID is ${process.ppid}`,
    "Command line used:",
    ["imapsync", ...argv.map(shellWord)].join(" "),
  ];
}
