// import: configurations out of the file of another program. Nothing of that file is run, and nothing is written over.

import { isUtf8 } from "node:buffer";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../config/config.ts";
import { writeConfigFile } from "../../config/write-config-file.ts";
import { type ErrorLine, InterimapError } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import { printable } from "../../util/printable.ts";
import { shellWord } from "../../util/shell-word.ts";
import { installedDovecot } from "../init/dovecot-command.ts";
import type { ImportKind } from "./import-kinds.ts";
import type { Imported, ImportedConfiguration } from "./imported.ts";
import { importedText } from "./imported-text.ts";
import { importMbsync } from "./mbsync.ts";
import { importOfflineimap } from "./offlineimap.ts";

export interface ImportCommand {
  readonly kind: ImportKind;
  /** Absolute. */
  readonly source: string;
  /** Of one configuration: absolute. Of several, the directory. */
  readonly target: { readonly file: string; readonly directory: string };
  /** As on the command line. */
  readonly config: string | undefined;
  readonly toStdout: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly errorLine: ErrorLine;
  /** What is to be known. */
  readonly say: (line: string) => void;
  readonly print: (text: string) => Promise<void>;
}

const readers = { mbsyncrc: importMbsync, offlineimaprc: importOfflineimap } as const;

/** 1 when something was not taken over. @throws InterimapError IMPORT, FILE_CREATE, or OUTPUT */
export async function importCommand(command: ImportCommand): Promise<ExitCode> {
  const { kind, source, toStdout, say, print } = command;
  const imported = readers[kind](readText(source), installedDovecot());
  const { configurations, notes } = imported;
  for (const { line, text } of notes)
    say(`${printable(source)}${line === undefined ? "" : `:${line}`}: ${printable(text)}`);
  if (configurations.length === 0)
    throw new InterimapError("IMPORT", `${printable(source)}: nothing in it can be taken over`, {
      hint: "the lines above say why; interimap init makes a configuration from your answers",
    });
  const files = filesOf(imported, command);
  if (toStdout) {
    for (const [file, one] of files)
      await print(`# ${file}\n${importedText(one, { ...command, withSecrets: false })}\n`);
    return notes.length > 0 ? exitCode.partial : exitCode.done;
  }
  for (const [file] of files)
    if (existsSync(file))
      throw new InterimapError("FILE_CREATE", `${printable(file)} already exists; nothing was written`, {
        hint: "move it away, or name another place with --config",
      });
  for (const [file, one] of files) writeConfigFile(file, importedText(one, { ...command, withSecrets: true }));
  const complaints = [...files.keys()].flatMap((file) => complaintsAbout(file, command));
  for (const complaint of complaints) say(complaint);
  await print(conclusion([...files.keys()], command));
  return notes.length + complaints.length > 0 ? exitCode.partial : exitCode.done;
}

/** More than anybody has written. */
const maxOctets = 16 << 20;

function readText(source: string): string {
  try {
    if (statSync(source).size > maxOctets) throw new Error("it is too large");
    const octets = readFileSync(source);
    return octets.toString(isUtf8(octets) ? "utf8" : "latin1");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "there is no such file" : (code ?? message);
    throw new InterimapError("IMPORT", `${printable(source)}: ${reason}`, {
      hint: "name the file behind the command",
      cause: error,
    });
  }
}

/** One configuration is the usual one, or that of --config; several are files of a directory. */
function filesOf({ configurations }: Imported, { target }: ImportCommand): ReadonlyMap<string, ImportedConfiguration> {
  const [only, ...others] = configurations;
  if (only !== undefined && others.length === 0) return new Map([[target.file, only]]);
  return new Map(configurations.map((one) => [join(target.directory, one.name), withDatabase(one)]));
}

/** Named after their servers, those of two tunnels would have one name. */
function withDatabase(one: ImportedConfiguration): ImportedConfiguration {
  return { ...one, top: [["database", `${one.name}.db`], ...one.top] };
}

function complaintsAbout(file: string, { env, errorLine }: ImportCommand): readonly string[] {
  try {
    loadConfig({ file, env });
    return [];
  } catch (error) {
    if (!(error instanceof InterimapError)) throw error;
    return error.parts.map((part) => errorLine(part));
  }
}

function conclusion(files: readonly string[], { config }: ImportCommand): string {
  const isSeveral = files.length > 1;
  const option = config === undefined ? "" : ` --config=${shellWord(config)}`;
  const how = `${isSeveral ? " --all" : ""}${option}`;
  return [
    `Written, for nobody else to read: ${files.map(printable).join(", ")}`,
    "",
    "Next, with the other program stopped:",
    `  interimap check${how}`,
    `  interimap --dry-run${how}`,
    `  interimap${how}`,
    "docs/moving.md says what the first run does with mail that is on both sides.",
    "",
  ].join("\n");
}
