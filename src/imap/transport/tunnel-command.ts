// How a tunnel's command line is run, and what may be said about it.

export interface Program {
  readonly file: string;
  readonly args: readonly string[];
}

/** What only a shell understands: its special characters, or an assignment in front of the command. */
const needsShell = /[$&*(){}[\]'";\\|?<>~`\n]|^\s*\w+=/;

export function parseTunnelCommand(command: string): Program {
  if (needsShell.test(command)) return { file: "/bin/sh", args: ["-c", command] };
  const [file = "", ...args] = command.trim().split(/\s+/);
  return { file, args };
}

/** For messages: the first word only, since the others, and assignments in front of it, may hold secrets. */
export function tunnelName(command: string): string {
  const [word = ""] = command.trim().split(/\s/, 1);
  return word === "" || word.includes("=") ? "the tunnel command" : `the tunnel command ${word}`;
}
