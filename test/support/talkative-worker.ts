// imapsync-web with a stand-in for the process that does a job: one that says as much as a test wants, without any mail.

import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { JobMessage } from "../../src/job/job-message.ts";
import { scratchDirectory } from "./scratch.ts";

/**
 * A copy of the built program whose jobs are done by this source; it may await `say(message)`, and has the job in `spec`. Returns
 * the program's path.
 */
export function programWithWorker(source: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const directory = scratchDirectory("program");
  cpSync(join(root, "dist"), join(directory, "dist"), { recursive: true });
  for (const name of ["node_modules", "migrations"]) symlinkSync(join(root, name), join(directory, name));
  writeFileSync(join(directory, "package.json"), readFileSync(join(root, "package.json")));
  writeFileSync(join(directory, "dist/imapsync-job.js"), `${head}(async () => {${source}\nprocess.exit();\n})();\n`);
  return join(directory, "dist/imapsync-web.js");
}

const head = `
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const spec = JSON.parse(readFileSync(3, "utf8"));
const say = async (message) => {
  if (!process.stdout.write(JSON.stringify(message) + "\\n")) await once(process.stdout, "drain");
};
process.stdin.on("end", () => process.exit()).resume();
`;

const end: JobMessage = { type: "ended", exitCode: 0, exitName: "EX_OK", sentence: "All was said." };

/** The last thing that it does. */
export const sayEnd = `
await say(${JSON.stringify(end)});
await new Promise((resolve) => process.stdout.write("", resolve));`;

/** So many lines, without a pause; then the end. */
export function linesAndEnd(count: number): string {
  return `
for (let i = 1; i <= ${String(count)}; i++) {
  const text = "msg INBOX/" + i + " {" + i * 7 + "}  copied to INBOX/" + i + "  12.3 msgs/s  45.678 KiB/s";
  await say({ type: "line", text });
}
${sayEnd}`;
}
