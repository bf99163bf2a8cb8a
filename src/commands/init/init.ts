// init: makes a configuration, of what is given and what is answered, tries each server as it goes, and writes the file.

import { existsSync } from "node:fs";
import { type Config, loadConfig } from "../../config/config.ts";
import { writeConfigFile } from "../../config/write-config-file.ts";
import type { Discovery } from "../../discovery/discover.ts";
import { type ErrorLine, InterimapError } from "../../model/errors.ts";
import { type ExitCode, exitCode } from "../../model/exit-code.ts";
import type { PerSide, Side } from "../../model/side.ts";
import { shellWord } from "../../util/shell-word.ts";
import type { ServerCheck } from "../check/check-document.ts";
import { serverText } from "../check/check-text.ts";
import { faultOf } from "../check/fault.ts";
import { completeSide } from "./complete-side.ts";
import { configText, type SideSettings } from "./config-text.ts";
import { otherWay } from "./other-way.ts";
import type { Questions } from "./questions.ts";

export interface InitCommand {
  /** Absolute: what is to be written. */
  readonly file: string;
  /** As on the command line. */
  readonly config: string | undefined;
  readonly given: PerSide<SideSettings>;
  /** Undefined: nobody can be asked. */
  readonly questions: Questions | undefined;
  /** Of systemd, as systemctl takes it. */
  readonly unit: string;
  readonly env: NodeJS.ProcessEnv;
  readonly errorLine: ErrorLine;
  readonly find: (login: string) => Promise<Discovery>;
  readonly check: (config: Config, side: Side) => Promise<ServerCheck>;
  readonly say: (...lines: readonly string[]) => void;
}

/**
 * Returns that of a fault that was found where nobody could be asked: then nothing is written.
 * @throws InterimapError USAGE for what is missing, FILE_CREATE, or CONFIG_INVALID.
 */
export async function initCommand(command: InitCommand): Promise<ExitCode> {
  const { file, questions, say } = command;
  if (existsSync(file)) {
    const hint = "change it with an editor, try it with interimap check, or name another file with --config";
    throw new InterimapError("FILE_CREATE", `${file} already exists`, { hint });
  }
  if (questions !== undefined)
    say(
      `This creates ${file}. Press Enter to accept the value in brackets. Ctrl-C ends this without writing anything.`,
    );
  const remote = await settle(command, "remote");
  if ("exitCode" in remote) return remote.exitCode;
  const local = await settle(command, "local");
  if ("exitCode" in local) return local.exitCode;
  writeConfigFile(file, configText({ local: local.settings, remote: remote.settings }));
  const program = [
    "interimap",
    ...(command.config === undefined ? [] : [`--config=${shellWord(command.config)}`]),
  ].join(" ");
  say(
    ...["", `Written: ${file}, which nobody else may read.`, "", "Next:"],
    `  ${program} --dry-run    says what the first run would do`,
    `  ${program}              does it`,
    ...(command.config === undefined
      ? ["", "To keep both in step from then on:", `  systemctl --user enable --now ${shellWord(command.unit)}`]
      : []),
  );
  return exitCode.done;
}

const titles: PerSide<string> = {
  local: "The local account, where you want a copy of your mail:",
  remote: "The remote account, usually at a provider:",
};

/** Until it works, or whoever is asked leaves it so. */
async function settle(
  command: InitCommand,
  side: Side,
): Promise<{ readonly settings: SideSettings } | { readonly exitCode: ExitCode }> {
  const { questions, find, say } = command;
  const given = command.given[side];
  let before: SideSettings = new Map();
  for (;;) {
    if (questions !== undefined) say("", titles[side]);
    const { settings, missing } = await completeSide({ side, given, before, questions, find, say });
    if (missing.length > 0 && questions === undefined) throw notGiven(side, missing);
    const { fault, tried } = await tryWays(command, side, settings);
    if (fault === null) return { settings: tried };
    if (questions === undefined) return { exitCode: fault.exitCode };
    if (isNo(await questions.ask("Answer again", "yes"))) return { settings: tried };
    before = settings;
  }
}

/** As it was answered; and where that fails, as whoever is asked agrees to. */
async function tryWays(
  command: InitCommand,
  side: Side,
  settings: SideSettings,
): Promise<Pick<ServerCheck, "fault"> & { readonly tried: SideSettings }> {
  const { questions, say } = command;
  for (let tried = settings; ;) {
    const check = await tryOut(command, side, tried);
    say(serverText(side, check).trimEnd());
    const way = otherWay(tried, check.fault);
    if (way === undefined || questions === undefined || isNo(await questions.ask(way.question, "yes")))
      return { fault: check.fault, tried };
    tried = new Map([...tried, way.setting]);
  }
}

function isNo(answer: string): boolean {
  return /^n/i.test(answer);
}

function notGiven(side: Side, missing: readonly string[]): InterimapError {
  const names = missing.map((name) => `${side}.${name}`).join(", ");
  const example = `--set ${side}.${missing[0]!}=...`;
  return new InterimapError("USAGE", `init needs ${names}`, { hint: `give ${example}, or run it in a terminal` });
}

/** With the other server left out. What the settings themselves lack is a fault like any other. */
async function tryOut(
  { file, env, check, errorLine }: InitCommand,
  side: Side,
  settings: SideSettings,
): Promise<ServerCheck> {
  const none: SideSettings = new Map([
    ["type", "tunnel"],
    ["command", "false"],
  ]);
  const text = configText({ local: none, remote: none, [side]: settings });
  try {
    return await check(loadConfig({ file, env, text }), side);
  } catch (error) {
    if (!(error instanceof InterimapError) || error.code !== "CONFIG_INVALID") throw error;
    return { ...untried, server: settings.get("host") ?? "", fault: faultOf(error, errorLine) };
  }
}

const untried = {
  ...{ address: null, tls: null, login: null, capabilities: null, changes: null, lacks: null, mailboxes: null },
} as const;
