// What README tells a reader to type, and somebody to type it: at a home of their own, without any privilege.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const readme = readFileSync(join(root, "README.md"), "utf8");

export function section(title: string): string {
  const [, text = ""] = readme.split(new RegExp(`^#+ ${title}$`, "m"));
  return text.split(/^#+ /m)[0] ?? "";
}

export function blocks(title: string, language: string): readonly string[] {
  const fence = new RegExp(`^ *\`\`\`${language}\\n(.*?)^ *\`\`\``, "gms");
  return [...section(title).matchAll(fence)].map(([, text = ""]) => text);
}

/** The block that has this command. */
export function commands(title: string, command: string): string {
  const found = blocks(title, "sh").find((block) => block.includes(command));
  assert.ok(found !== undefined, `README has no "${command}" under "${title}"`);
  return found;
}

/** Dovecot serves nobody's mail as root. */
const nobody = process.getuid?.() === 0 ? 65534 : undefined;
const runsAs = nobody === undefined ? {} : { uid: nobody, gid: nobody };
const isReadable = spawnSync("test", ["-r", join(root, "dist/interimap.js")], runsAs).status === 0;
/** For tests that do this. */
export const skip = isReadable ? false : `an ordinary user cannot read ${root}`;

export interface Person {
  readonly home: string;
  /** Writes a configuration as the README says, for this person alone. */
  readonly configure: (name: string, text: string) => void;
  /** A file at home, for this person alone. */
  readonly write: (path: string, text: string) => void;
  /** For who starts other processes on the person's behalf. */
  readonly identity: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly uid?: number;
    readonly gid?: number;
  };
  /** In a shell, at home. Throws with the output if a command fails. */
  readonly run: (script: string) => Promise<string>;
}

/** Somebody with an empty home, and with these commands, each by its script. */
export function person(t: TestContext, scripts: Readonly<Record<string, string>> = {}): Person {
  const home = mkdtempSync(join(tmpdir(), "interimap-readme-"));
  t.after(() => {
    rmSync(home, { recursive: true });
  });
  const own = (path: string, mode: number): void => {
    chmodSync(path, mode);
    if (nobody !== undefined) chownSync(path, nobody, nobody);
  };
  const make = (path: string, text: string, mode: number): void => {
    const file = join(home, path);
    for (const folder of foldersOf(path)) {
      mkdirSync(join(home, folder), { recursive: true });
      own(join(home, folder), 0o755);
    }
    writeFileSync(file, text);
    own(file, mode);
  };
  own(home, 0o755);
  for (const program of ["interimap", "imapsync"])
    make(`bin/${program}`, `#!/bin/sh\nexec '${process.execPath}' '${root}dist/${program}.js' "$@"\n`, 0o755);
  for (const [name, script] of Object.entries(scripts)) make(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  const PATH = [join(home, "bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter);
  const env = { PATH, HOME: home, USER: "alice", LC_ALL: "C.UTF-8" };
  return {
    home,
    configure(name, text) {
      make(join(".config/interimap", name), text, 0o600);
    },
    write(path, text) {
      make(path, text, 0o600);
    },
    identity: { cwd: home, env, ...runsAs },
    run: (script) =>
      new Promise((resolve, reject) => {
        execFile("bash", ["-ec", `exec 2>&1\n${script}`], { cwd: home, env, ...runsAs }, (error, stdout) => {
          if (error === null) resolve(stdout);
          else reject(new Error(`${script}\nended with ${String(error.code)}:\n${stdout}`));
        });
      }),
  };
}

/** From the outermost to the innermost. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
