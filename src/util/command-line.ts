// How to run a command line that stands in the configuration, and what lines may say about it.

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** What only a shell understands: its special characters, or an assignment in front of the command. */
const needsShell = /[$&*(){}[\]'";\\|?<>~`\n]|^\s*\w+=/;

/**
 * Nor is there a program of such a name: the shell's own commands (POSIX, "special built-in utilities" and those that are
 * never looked up in PATH). `!` may begin a command, too.
 */
const shellWords: ReadonlySet<string> = new Set(
  (
    "break : continue . eval exec exit export readonly return set shift times trap unset " +
    "alias bg cd command fc fg getopts hash jobs read type ulimit umask unalias wait !"
  ).split(" "),
);

/** Through a shell only where one is needed. */
export function parseCommand(command: string): Program {
  if (needsShell.test(command) || shellWords.has(firstWord(command))) return { file: "/bin/sh", args: ["-c", command] };
  const [file = "", ...args] = command.trim().split(/\s+/);
  return { file, args };
}

/** For messages: the program only, since the words behind it, and assignments in front of it, may hold secrets. */
export function programName(command: string): string | undefined {
  const word = firstWord(command.trim().replace(/^exec\s+(?=[^-\s])/, ""));
  return word === "" || word.includes("=") ? undefined : word;
}

function firstWord(command: string): string {
  return command.trim().split(/\s/, 1)[0] ?? "";
}
