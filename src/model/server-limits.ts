// How long a server may let us wait, and how much it may say.

/** Times in ms, sizes in octets. */
export interface ServerLimits {
  /** For reaching the server, and for the TLS handshake. */
  readonly connectMs: number;
  /** For the greeting; the login may take several times as long. */
  readonly greetingMs: number;
  /** For any progress towards an answer. */
  readonly silenceMs: number;
  /** Of a response, all but its literals. */
  readonly line: number;
  /** A message, as a rule. */
  readonly literal: number;
  /** All answers to a command, the messages in them apart. */
  readonly response: number;
  readonly mailboxes: number;
}

const second = 1_000;
const MiB = 1024 * 1024;

/** What the settings say unless told otherwise. */
export const defaultLimits: ServerLimits = {
  connectMs: 30 * second,
  greetingMs: 30 * second,
  silenceMs: 300 * second,
  // What nobody asked for, an ENVELOPE, may be long.
  line: MiB,
  // No server takes messages that large; a Buffer of twice the size can still be allocated.
  literal: 1024 * MiB,
  // Flags of eight million messages, or the Message-IDs of four.
  response: 1024 * MiB,
  // More than any account has.
  mailboxes: 1_000_000,
};
