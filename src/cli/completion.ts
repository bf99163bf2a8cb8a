// Candidates for the word at the cursor of a command line that a shell completes. Errors yield no candidates.

import { readdirSync } from "node:fs";
import { loadConfig } from "../config/config.ts";
import { configDirectory } from "../config/directories.ts";
import { bashScript, fishScript } from "./completion-scripts.ts";
import { type Candidate, tableCandidates, zshScript } from "./help-and-completion.ts";
import type { CandidatesInvocation } from "./invocation.ts";
import { loginCandidates } from "./login-words.ts";
import { optionNamed, type Shell } from "./option-table.ts";
import { asWrittenLike, rawWords, unquoted } from "./shell-line.ts";

export function completionScript(shell: Shell): string {
  return shell === "bash" ? bashScript : shell === "fish" ? fishScript : zshScript();
}

/** One candidate a line, in the form that the script of that shell expects. */
export async function completionLines({ shell, words }: CandidatesInvocation, env: NodeJS.ProcessEnv): Promise<string> {
  const [line = "", last = ""] = words;
  const raw = shell === "bash" ? rawWords(line) : words;
  const found = await candidates(raw.map(unquoted), env);
  const format = shell === "bash" ? bashFormat(raw.at(-1) ?? "", last) : shell === "fish" ? fishFormat : zshFormat;
  return found
    .flatMap((candidate) => format(candidate) ?? [])
    .map((text) => `${text}\n`)
    .join("");
}

/** `words`: the program first, the one at the cursor last. */
async function candidates(words: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(1, -1);
  const isMailbox = before.includes("--");
  const [, name = "", value] = /^--([^=]+)=(.*)$/s.exec(isMailbox ? "" : current) ?? [];
  if (value !== undefined) return valuesOf(name, value, env).map((word) => ({ word: `--${name}=${word}` }));
  const option = optionNamed(isMailbox ? "" : (/^--(.+)$/s.exec(before.at(-1) ?? "")?.[1] ?? ""));
  if (option?.value === "required") return valuesOf(option.name, current, env).map((word) => ({ word }));
  const options = current.startsWith("-") && !isMailbox ? await tableCandidates(words) : [];
  // Without a configuration, or a database, there are none to offer.
  const login = loginCandidates(before);
  const mailboxes = takesMailbox(before) && !login.isAll ? await mailboxesOf(before, env).catch(() => []) : [];
  // A name that begins with a dash would be an option.
  const names = mailboxes.filter((one) => isMailbox || !one.startsWith("-"));
  // Among all names of mailboxes the one command would be lost.
  const all = [...(current === "" && !login.isAll ? [] : login.words), ...names].map((word) => ({ word }));
  return [...options, ...all].filter(({ word }) => word.startsWith(current));
}

/** Whole values that begin with `typed`. */
function valuesOf(name: string, typed: string, env: NodeJS.ProcessEnv): readonly string[] {
  const { choices = [], isList } = optionNamed(name) ?? {};
  const [, listed = "", word = ""] = (isList === true ? /^(.*,)?(.*)$/s : /^()(.*)$/s).exec(typed) ?? [];
  const offered = name === "config" ? configurations(env) : choices.filter((one) => !listed.split(",").includes(one));
  return offered.filter((one) => one.startsWith(word)).map((one) => `${listed}${one}`);
}

/** What a relative FILE may be. */
function configurations(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    const entries = readdirSync(configDirectory(env), { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
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

/** bash replaces what it takes for the word at the cursor, which may be the end of ours. */
function bashFormat(raw: string, last: string): (candidate: Candidate) => string | undefined {
  const replaced = /^[=:@]$/.test(last) ? "" : last;
  const isInQuotes = /^['"]/.test(raw);
  const kept = raw.endsWith(replaced) && !isInQuotes ? raw.slice(0, raw.length - replaced.length) : "";
  return ({ word }) => {
    const written = asWrittenLike(raw, word);
    return written.startsWith(kept) ? written.slice(kept.length) : undefined;
  };
}

function zshFormat({ word, describe }: Candidate): string {
  const escaped = word.replace(/[\\:]/g, "\\$&");
  return describe === undefined ? escaped : `${escaped}:${describe}`;
}

function fishFormat({ word, describe }: Candidate): string {
  return describe === undefined ? word : `${word}\t${describe}`;
}
