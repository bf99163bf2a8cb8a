// Judges what a client sends: commands of RFC 3501 and of the extensions we use, octet by octet as their grammar has them,
// with nothing overlooked. Written from the RFCs, and from nothing in src/.

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(octets: Buffer) {
    this.#text = octets.toString("latin1");
  }

  get isDone(): boolean {
    return this.#at === this.#text.length;
  }

  /** What the pattern, which must be sticky, finds here. */
  take(pattern: RegExp, what: string): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) {
      const here = JSON.stringify(this.#text.slice(Math.max(0, this.#at - 40), this.#at + 40));
      throw new Error(`no ${what} at octet ${String(this.#at)}: …${here}…`);
    }
    this.#at = pattern.lastIndex;
    return found;
  }

  has(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  must(text: string): void {
    if (!this.has(text)) this.take(/(?!)/y, JSON.stringify(text));
  }

  octets(count: number): void {
    if (this.#at + count > this.#text.length) throw new Error(`a literal of ${String(count)} octets is cut short`);
    this.#at += count;
  }
}

// RFC 3501 section 9
const atom = /[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+/y;
const listAtom = /[!#$%&'*+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/y;
const astringAtom = /[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+/y;
const quoted = /"(?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\])*"/y;
const months = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const dateTime = new RegExp(`"(?: \\d|\\d{2})-${months}-\\d{4} (\\d{2}):(\\d{2}):(\\d{2}) [+-](\\d{2})(\\d{2})"`, "y");

function literal(read: Reader, { mayBeBinary = false } = {}): void {
  const [, tilde, digits] = read.take(/(~?)\{(\d{1,10})\+?\}\r\n/y, "literal");
  if (tilde === "~" && !mayBeBinary) throw new Error("literal8 where none may be");
  read.octets(Number(digits));
}

function isLiteralNext(read: Reader): boolean {
  try {
    read.take(/(?=~?\{)/y, "literal");
    return true;
  } catch {
    return false;
  }
}

function string(read: Reader, plain: RegExp, what: string): void {
  if (isLiteralNext(read)) {
    literal(read);
    return;
  }
  try {
    read.take(quoted, "quoted string");
  } catch {
    read.take(plain, what);
  }
}

const mailbox = (read: Reader): void => {
  string(read, astringAtom, "mailbox");
};

const pattern = (read: Reader): void => {
  string(read, listAtom, "pattern");
};

function number(read: Reader, { from, to }: { readonly from: bigint; readonly to: bigint }): bigint {
  const value = BigInt(read.take(/0|[1-9]\d{0,19}/y, "number")[0]);
  if (value < from || value > to) throw new Error(`${String(value)} is out of range`);
  return value;
}

const nonZero = (read: Reader): bigint => number(read, { from: 1n, to: 0xffff_ffffn });
/** RFC 7162 has 63 bits; a server that goes on to 64 gets its own numbers back. */
const modSeq = (read: Reader): bigint => number(read, { from: 0n, to: 2n ** 64n - 1n });

/** sequence-set without `*`: we never mean whatever happens to be last. */
function uidSet(read: Reader): void {
  do {
    const first = nonZero(read);
    if (read.has(":") && nonZero(read) < first) throw new Error("a range in the wrong order");
  } while (read.has(","));
}

function list(read: Reader, item: (read: Reader) => void): void {
  read.must("(");
  if (read.has(")")) return;
  do item(read);
  while (read.has(" "));
  read.must(")");
}

function flags(read: Reader): void {
  list(read, () => {
    read.has("\\");
    read.take(atom, "flag");
  });
}

function date(read: Reader): void {
  const parts = read.take(dateTime, "date-time").slice(1).map(Number);
  const [hour = 0, minute = 0, second = 0, zone = 0, rest = 0] = parts;
  if (hour > 23 || minute > 59 || second > 60 || zone > 23 || rest > 59) throw new Error("a time that is none");
}

const words = (read: Reader): void => {
  list(read, () => read.take(atom, "word"));
};

function append(read: Reader): void {
  mailbox(read);
  read.must(" ");
  // RFC 3502: any number of messages
  do {
    flags(read);
    read.must(" ");
    if (!isLiteralNext(read)) {
      date(read);
      read.must(" ");
    }
    literal(read, { mayBeBinary: true });
  } while (read.has(" "));
}

function select(read: Reader): void {
  mailbox(read);
  if (!read.has(" (QRESYNC (")) return;
  nonZero(read);
  read.must(" ");
  modSeq(read);
  if (!read.has(" ")) {
    read.must("))");
    return;
  }
  uidSet(read);
  if (read.has(" (")) {
    uidSet(read);
    read.must(" ");
    uidSet(read);
    read.must(")");
  }
  read.must("))");
}

function listCommand(read: Reader): void {
  if (!isLiteralNext(read) && read.has("(")) {
    do read.take(atom, "selection option");
    while (read.has(" "));
    read.must(") ");
  }
  mailbox(read);
  read.must(" ");
  if (read.has("(")) {
    do pattern(read);
    while (read.has(" "));
    read.must(")");
  } else pattern(read);
  if (!read.has(" RETURN (SUBSCRIBED")) return;
  if (read.has(" STATUS ")) words(read);
  read.must(")");
}

function store(read: Reader): void {
  uidSet(read);
  read.must(" ");
  if (read.has("(UNCHANGEDSINCE ")) {
    modSeq(read);
    read.must(") ");
  }
  read.take(/[+-]?FLAGS\.SILENT /y, "kind of STORE");
  flags(read);
}

function notify(read: Reader): void {
  if (read.has("NONE")) return;
  const events = "MessageNew MessageExpunge FlagChange";
  read.must(`SET (SELECTED (${events})) (`);
  if (!read.has("PERSONAL")) {
    read.must("SUBTREE ");
    mailbox(read);
  }
  read.must(` (${events} MailboxName SubscriptionChange))`);
}

function toMailbox(read: Reader): void {
  uidSet(read);
  read.must(" ");
  mailbox(read);
}

const fetchItem =
  /UID|FLAGS|MODSEQ|INTERNALDATE|RFC822\.SIZE|BODY\.PEEK\[(?:HEADER(?:\.FIELDS \(MESSAGE-ID\))?)?\](?:<\d+\.\d+>)?/y;

const commands: Readonly<Record<string, (read: Reader) => void>> = {
  NOOP: () => undefined,
  LOGOUT: () => undefined,
  IDLE: () => undefined,
  UNSELECT: () => undefined,
  CAPABILITY: () => undefined,
  "CREATE ": mailbox,
  "DELETE ": mailbox,
  "SUBSCRIBE ": mailbox,
  "UNSUBSCRIBE ": mailbox,
  "EXAMINE ": mailbox,
  "SELECT ": select,
  "APPEND ": append,
  "LIST ": listCommand,
  "NOTIFY ": notify,
  "RENAME ": (read) => {
    mailbox(read);
    read.must(" ");
    mailbox(read);
  },
  "STATUS ": (read) => {
    mailbox(read);
    read.must(" ");
    words(read);
  },
  "UID FETCH ": (read) => {
    uidSet(read);
    read.must(" ");
    list(read, () => read.take(fetchItem, "item of FETCH"));
  },
  "UID STORE ": store,
  "UID EXPUNGE ": uidSet,
  "UID MOVE ": toMailbox,
  "UID COPY ": toMailbox,
  "UID SEARCH RETURN (ALL) UID ": uidSet,
  "UID SEARCH UID ": uidSet,
  "LSUB ": listCommand,
};

/** Reads the octets to their end; throws at the first that belongs to no well-formed command. Returns the commands' names. */
export function readCommands(octets: Buffer): string[] {
  const read = new Reader(octets);
  const names: string[] = [];
  while (!read.isDone) {
    read.take(/[!#$&',\-./0-9:;<=>?@A-Z[^_`a-z|}~]+ /y, "tag");
    const name = Object.keys(commands).find((verb) => read.has(verb));
    if (name === undefined) read.take(/(?!)/y, "command we know");
    commands[name!]!(read);
    read.must("\r\n");
    names.push(name!.trim());
  }
  return names;
}
