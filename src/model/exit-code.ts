// Exit codes, from sysexits(3) where it has one. They are documented behaviour.

export const exitCode = {
  /** Everything was synchronised. */
  done: 0,
  /** Done, but some mailbox or message was skipped. */
  partial: 1,
  /** Of --status: not all was synchronised that should have been by now. */
  behind: 2,
  /** Of --status: a process has no connection to a server. */
  notConnected: 3,
  /** The command line is wrong. */
  usage: 64,
  /** The data contradict each other (hierarchy delimiters, other accounts, a refused mass deletion). */
  data: 65,
  /** A server is unreachable or lacks what we need. */
  unavailable: 69,
  /** A bug of ours. */
  software: 70,
  /** What is installed does not fit Node.js. */
  installation: 72,
  /** The database or a directory cannot be created. */
  cannotCreate: 73,
  /** The database cannot be read or written, or the output not written. */
  io: 74,
  /** Try again: connection lost, database locked. */
  tempFail: 75,
  /** A server broke the protocol, or TLS failed. */
  protocol: 76,
  /** Authentication failed. */
  auth: 77,
  /** The configuration is wrong. */
  config: 78,
  /** SIGINT ended a run before it was through; 128 and the signal's number, as shells have it. */
  interrupted: 130,
  /** The same for SIGTERM. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
