// Which places of all runs are alike: the same command was answered with the same words, be it in another scenario, of another
// mailbox or message, with other numbers, names, dates and flags.

export interface Talk {
  /** Without its tag. */
  readonly command: string;
  /** Of the response. */
  readonly text: string;
}

export function kindOf({ command, text }: Talk): string {
  return `${shapeOf(command).replaceAll("0:0", "0")} → ${shapeOf(text)}`;
}

function shapeOf(line: string): string {
  return meaningless.reduce((shape, [pattern, instead]) => shape.replaceAll(pattern, instead), line);
}

/** In this order. */
const meaningless: readonly (readonly [RegExp, string])[] = [
  [/^(AUTHENTICATE) .*/g, "$1"],
  [/^[^*+ ]\S* (?=(?:OK|NO|BAD)\b)/g, ""],
  [/\b(CAPABILITY) [^\]]+/g, "$1"],
  // What Dovecot measured.
  [/ \([\d.]+ \+ .*secs\)/g, ""],
  // The program reads none of these, though they have their place among others.
  [/^\* (?:\d+ RECENT|OK \[(?:UNSEEN|URLMECH|ANNOTATIONS|MAILBOXID)\b.*)$/g, "* something else"],
  [/\\(?:(?:Un)?Marked|Has(?:No)?Children) | ?\\(?:(?:Un)?Marked|Has(?:No)?Children)/g, ""],
  // INBOX is not like the others where mailboxes are listed: it cannot be made, or gone.
  [/^(\* LIST \([^)]*\) \S+) (?!INBOX\b|"")(?:"[^"]*"|\S+)/g, "$1 Box"],
  [/^((?:\* )?(?:SELECT|STATUS|APPEND|CREATE|DELETE|RENAME|SUBSCRIBE|UNSUBSCRIBE)) (?:"[^"]*"|\S+)/g, "$1 Box"],
  [/"[^"]+"/g, '""'],
  [/(FLAGS(?:\.SILENT)?|APPEND Box) \((?:\\Recent)?\)/g, "$1 ()"],
  [/(FLAGS(?:\.SILENT)?|APPEND Box) \([^)]+\)/g, "$1 (some)"],
  [/\d+(?:[:,]\d+)+/g, "0:0"],
  [/(?<![A-Z\d])\d+/g, "0"],
  // How many messages are known is one thing, and at which sequence numbers another (RFC 7162 3.2.5.2).
  [/(\(QRESYNC \(0 0 0(?::0)?) \([^)]*\)/g, "$1"],
];
