// What `interimap import` needs: where the other program's file is, and where ours are to be.

import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { importCommand } from "../commands/import/import.ts";
import type { ImportKind } from "../commands/import/import-kinds.ts";
import { configPath } from "../config/config.ts";
import { configDirectory, homeDirectory } from "../config/directories.ts";
import type { LineOutput } from "../log/line-output.ts";
import { print } from "../log/print.ts";
import type { ExitCode } from "../model/exit-code.ts";
import { errorLines } from "../report/remedy-line.ts";
import type { ImportInvocation } from "./invocation.ts";

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly errorOutput: LineOutput;
}

/** @throws InterimapError as {@link importCommand} does */
export async function startImport(
  { kind, file, config, toStdout }: ImportInvocation,
  { env, errorOutput }: Surroundings,
): Promise<ExitCode> {
  return importCommand({
    ...{ kind, config, toStdout, env },
    source: file === undefined ? usualSource(kind, env) : resolve(file),
    target: {
      file: configPath({ file: config, env }),
      directory: config === undefined ? configDirectory(env) : configPath({ file: config, env }),
    },
    errorLine: errorLines(config),
    say: (line) => {
      errorOutput.write(`${line}\n`);
    },
    print: (text) => {
      errorOutput.flush();
      return print(text);
    },
  });
}

/** Where those programs look, the first that is there. */
function usualSource(kind: ImportKind, env: NodeJS.ProcessEnv): string {
  const home = homeDirectory(env);
  const { XDG_CONFIG_HOME = "" } = env;
  const settings = isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(home, ".config");
  const places =
    kind === "mbsyncrc"
      ? [join(home, ".mbsyncrc"), join(settings, "isyncrc")]
      : [join(settings, "offlineimap/config"), join(home, ".offlineimaprc")];
  return places.find((place) => existsSync(place)) ?? places[0]!;
}
