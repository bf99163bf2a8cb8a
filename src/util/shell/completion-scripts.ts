// The scripts with which shells complete the command lines of a program of ours. yargs makes the one for zsh. Its scripts for
// the other two cannot be used where names come from a server: the one for bash puts them between double quotes, where
// $(...) is executed.

import { plainYargs } from "../plain-yargs.ts";
import { completionRequest, type Shell } from "./completion.ts";

interface Completed {
  readonly program: string;
  /** Of options, without dashes: whose value is a file. */
  readonly files: readonly string[];
  /** Words that a file may follow. */
  readonly fileWords?: readonly string[];
}

/** It asks for candidates as all scripts of yargs do. */
export function completionScript(shell: Shell, completed: Completed): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](completed);
}

/** Words are divided here and not by bash, to which `=` and `:` end one; what comes back is quoted already. */
function bashScript({ program, files, fileWords = [] }: Completed): string {
  const option = `--${oneOf(files)}[=\\ ]`;
  const before = fileWords.length === 0 ? option : `(${option}|\\ ${oneOf(fileWords)}\\ )`;
  return `\
# Completion of ${program} in bash. For bash-completion:
#   ${program} --completion=bash > ~/.local/share/bash-completion/completions/${program}
_${program}() {
  local line="\${COMP_LINE:0:COMP_POINT}" word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(${program} ${completionRequest} bash "$line" "\${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 0 && $line =~ ${before}[^\\ ]*$ ]]; then
    compopt -o default 2>/dev/null
  fi
  return 0
}
complete -F _${program} ${program}
`;
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? names.join() : `(${names.join("|")})`;
}

/** fish quotes what it inserts. */
function fishScript({ program, files, fileWords = [] }: Completed): string {
  return `\
# Completion of ${program} in fish:
#   ${program} --completion=fish > ~/.config/fish/completions/${program}.fish
complete -c ${program} -f -a '(${program} ${completionRequest} fish (commandline -opc) (commandline -ct) 2>/dev/null)'
${files.map((name) => `complete -c ${program} -l ${name} -r -F -a '(${program} ${completionRequest} fish (commandline -opc) --${name} "" 2>/dev/null)'\n`).join("")}${fileWords
    .map((word) => `complete -c ${program} -n '__fish_seen_subcommand_from ${word}' -F\n`)
    .join("")}`;
}

/** To be sourced, or to be loaded by zsh as a function. */
function zshScript({ program }: Completed): string {
  let script = "";
  const asked = plainYargs(program, { SHELL: "zsh" });
  asked.completion("completion", false);
  void asked.parse(["completion"], {}, (_error, _argv, output) => {
    script = output;
  });
  return `${script.replaceAll(`${program} completion`, `${program} --completion=zsh`)}\n`;
}
