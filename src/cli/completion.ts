// Candidates for the word at the cursor of a command line that a shell completes. Errors yield no candidates.

import { loadConfig } from "../config/config.ts";
import { configDirectory } from "../config/directories.ts";
import { findConfigurations } from "../config/find-configurations.ts";
import type { Candidate } from "../util/shell/completion-lines.ts";
import { wordCandidates } from "./command-words.ts";
import { tableCandidates } from "./help-and-completion.ts";
import { optionNamed } from "./option-table.ts";

/** `words`: the program first, the one at the cursor last. */
export async function candidates(words: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(1, -1);
  const isMailbox = before.includes("--");
  const [, name = "", value] = /^--([^=]+)=(.*)$/s.exec(isMailbox ? "" : current) ?? [];
  if (value !== undefined) return valuesOf(name, value, env).map((word) => ({ word: `--${name}=${word}` }));
  const option = optionNamed(isMailbox ? "" : (/^--(.+)$/s.exec(before.at(-1) ?? "")?.[1] ?? ""));
  if (option?.value === "required") return valuesOf(option.name, current, env).map((word) => ({ word }));
  const options = current.startsWith("-") && !isMailbox ? await tableCandidates(words) : [];
  // Without a configuration, or a database, there are none to offer.
  const commands = wordCandidates(before);
  const mailboxes = takesMailbox(before) && !commands.isAll ? await mailboxesOf(before, env).catch(() => []) : [];
  // A name that begins with a dash would be an option.
  const names = mailboxes.filter((one) => isMailbox || !one.startsWith("-"));
  // Among all names of mailboxes a command would be lost.
  const all = [...(current === "" && !commands.isAll ? [] : commands.words), ...names].map((word) => ({ word }));
  return [...options, ...all].filter(({ word }) => word.startsWith(current));
}

/** Whole values that begin with `typed`. */
function valuesOf(name: string, typed: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { choices = [], isList } = optionNamed(name) ?? {};
  const [, listed = "", word = ""] = (isList === true ? /^(.*,)?(.*)$/s : /^()(.*)$/s).exec(typed) ?? [];
  const offered = name === "config" ? configurations(env) : choices.filter((one) => !listed.split(",").includes(one));
  return offered.filter((one) => one.startsWith(word)).map((one) => `${listed}${one}`);
}

/** The accounts that there are. */
function configurations(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    return findConfigurations(configDirectory(env)).map(({ name }) => name);
  } catch {
    return [];
  }
}

function takesMailbox(before: readonly string[]): boolean {
  const mailboxes = before.filter((word) => !word.startsWith("-"));
  if (before.includes("--status")) return false;
  return !before.includes("--rename") || mailboxes.length < 2;
}

async function mailboxesOf(before: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const joined = before.map((word) => /^--config=(.*)$/s.exec(word)?.[1]).find((file) => file !== undefined);
  const file = joined ?? (before.includes("--config") ? before[before.indexOf("--config") + 1] : undefined);
  const { knownMailboxes } = await import("../commands/known-mailboxes.ts");
  return knownMailboxes(loadConfig({ file, env }));
}
