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

const secret = /^(AUTHENTICATE) .*/;
const tag = /^[^*+ ]\S* (?=OK\b|NO\b|BAD\b)/;
/** What Dovecot measured. */
const seconds = / \([\d.]+ \+ .*secs\)/;
const capabilities = /(CAPABILITY) [^\]]+/;
const mailboxId = /(MAILBOXID) \([^)]*\)/;
/** Said or not, as the moment is, and of no meaning to the program. */
const asides = /\\(?:Un)?Marked ?|\\Has(?:No)?Children ?/g;
/** INBOX is not like the others: it cannot be made, or gone. */
const mailbox =
  /^((?:\* )?(?:SELECT|STATUS|APPEND|CREATE|DELETE|RENAME|SUBSCRIBE|UNSUBSCRIBE|LIST \([^)]*\) \S+)) (?!INBOX\b|"")(?:"[^"]*"|\S+)/;
const flagList = /FLAGS(?<how>\.SILENT)? \((?<flags>[^)]*)\)/g;

function shapeOf(line: string): string {
  return line
    .replace(secret, "$1")
    .replace(tag, "")
    .replace(seconds, "")
    .replace(capabilities, "$1")
    .replace(mailboxId, "$1")
    .replaceAll(asides, "")
    .replace(mailbox, "$1 Box")
    .replaceAll(/"[^"]+"/g, '""')
    .replaceAll(flagList, (_, how = "", flags: string) => {
      return `FLAGS${how} (${flags.replace("\\Recent", "").trim() === "" ? "" : "some"})`;
    })
    .replaceAll(/\d+(?:[:,]\d+)+/g, "0:0")
    .replaceAll(/(?<![A-Z\d])\d+/g, "0");
}
