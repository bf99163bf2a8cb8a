// The Gmail model's commands outside messages: login, LIST and its like, SELECT, and what changes labels as a whole.

import type { Account, Mailbox } from "./account.ts";
import type { Client, Handler } from "./client.ts";
import { isList, listOf, textOf, type Token } from "./read-command.ts";
import { Refusal } from "./refusal.ts";
import { container } from "./system-mailboxes.ts";

export const mailboxCommands: Readonly<Record<string, Handler>> = {
  CAPABILITY: (client) => {
    client.say(`* CAPABILITY ${client.capabilities.join(" ")}`);
    return undefined;
  },
  NOOP: () => undefined,
  CHECK: () => undefined,
  LOGOUT: (client) => {
    client.say("* BYE LOGOUT Requested");
    return undefined;
  },
  ID: (client) => {
    client.say('* ID ("name" "GImap" "vendor" "Google, Inc.")');
    return undefined;
  },
  NAMESPACE: (client) => {
    client.say('* NAMESPACE (("" "/")) NIL NIL');
    return undefined;
  },
  LOGIN: (client, [user, password]) => {
    client.logIn(Buffer.from(textOf(user), "latin1").toString("utf8"), textOf(password));
    // Gmail tells its new capabilities in an untagged response of their own.
    client.say(`* CAPABILITY ${client.capabilities.join(" ")}`);
    return `${textOf(user)} authenticated (Success)`;
  },
  ENABLE: (client, names) => {
    const wanted = names.map((name) => textOf(name).toUpperCase());
    // RFC 5161: what is not known is passed over.
    const enabled = wanted.filter((name) => name === "CONDSTORE" && client.capabilities.includes(name));
    if (enabled.length > 0) client.tellModSeqs();
    client.say(`* ENABLED${enabled.map((name) => ` ${name}`).join("")}`);
    return undefined;
  },
  LIST: list,
  XLIST: list,
  LSUB: (client, [reference, pattern]) => {
    const matches = matcher(textOf(reference) + textOf(pattern));
    for (const name of client.account.subscriptions) if (matches(name)) client.say(`* LSUB () "/" ${quoted(name)}`);
    return undefined;
  },
  STATUS: (client, [name, items]) => {
    const mailbox = mailboxNamed(client.account, name);
    client.say(statusLine(client, mailbox, listOf(items)));
    return undefined;
  },
  SELECT: (client, args) => select(client, args, false),
  EXAMINE: (client, args) => select(client, args, true),
  UNSELECT: (client) => {
    client.selected();
    client.close();
    return "Returned to authenticated state. (Success)";
  },
  CREATE: ({ account }, [token]) => {
    const name = textOf(token).replace(/\/$/, "");
    if (account.mailboxes.has(canonical(name)))
      throw new Refusal("NO", `[ALREADYEXISTS] Duplicate folder name ${name}`);
    if (isReserved(name)) throw new Refusal("NO", `[CANNOT] Invalid folder name: ${name}`);
    account.create(name);
    return undefined;
  },
  DELETE: ({ account }, [token]) => {
    const mailbox = mailboxNamed(account, token);
    if (isReserved(mailbox.name)) throw new Refusal("NO", "[CANNOT] Folder cannot be deleted");
    account.remove(mailbox);
    account.noticeAll();
    return undefined;
  },
  RENAME: ({ account }, [from, to]) => {
    const mailbox = mailboxNamed(account, from);
    const [before, name] = [mailbox.name, textOf(to)];
    if (isReserved(before) || isReserved(name)) throw new Refusal("NO", "[CANNOT] Folder cannot be renamed");
    if (account.mailboxes.has(name)) throw new Refusal("NO", `[ALREADYEXISTS] Duplicate folder name ${name}`);
    for (const other of [...account.mailboxes.values()])
      if (other === mailbox || other.name.startsWith(`${before}/`))
        account.rename(other, name + other.name.slice(before.length));
    return undefined;
  },
  SUBSCRIBE: ({ account }, [name]) => {
    account.subscriptions.add(mailboxNamed(account, name).name);
    return undefined;
  },
  UNSUBSCRIBE: ({ account }, [name]) => {
    account.subscriptions.delete(canonical(textOf(name)));
    return undefined;
  },
};

function canonical(name: string): string {
  return name.toUpperCase() === "INBOX" ? "INBOX" : name;
}

function isReserved(name: string): boolean {
  return canonical(name) === "INBOX" || name === container || name.startsWith(`${container}/`);
}

/** @throws Refusal */
export function mailboxNamed(account: Account, token: Token | undefined, code = "NONEXISTENT"): Mailbox {
  const name = canonical(textOf(token));
  const mailbox = account.mailboxes.get(name);
  if (mailbox === undefined) throw new Refusal("NO", `[${code}] Unknown Mailbox: ${name}`);
  return mailbox;
}

function select(client: Client, [name, parameters]: readonly Token[], isReadOnly: boolean): string {
  client.close();
  const mailbox = mailboxNamed(client.account, name);
  if (isList(parameters)) {
    if (parameters.some((one) => textOf(one).toUpperCase() !== "CONDSTORE"))
      throw new Refusal("BAD", "Unknown parameter");
    client.tellModSeqs();
  }
  client.open(mailbox, isReadOnly);
  const keywords = [...client.account.keywords].sort();
  const flags = ["\\Answered", "\\Flagged", "\\Draft", "\\Deleted", "\\Seen", ...keywords].join(" ");
  client.say(`* FLAGS (${flags})`);
  client.say(`* OK [PERMANENTFLAGS (${isReadOnly ? "" : `${flags} \\*`})] Flags permitted.`);
  client.say(`* OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs valid.`);
  client.say(`* ${mailbox.entries.length} EXISTS`);
  client.say("* 0 RECENT");
  client.say(`* OK [UIDNEXT ${mailbox.uidNext}] Predicted next UID.`);
  client.say(`* OK [HIGHESTMODSEQ ${mailbox.highestModSeq}]`);
  return `[READ-${isReadOnly ? "ONLY" : "WRITE"}] ${mailbox.name} selected. (Success)`;
}

/** RFC 3501 6.3.8, RFC 5258, RFC 5819, RFC 6154. */
function list(client: Client, args: readonly Token[]): undefined {
  const { account } = client;
  const [selection, [reference, pattern, , results]] = isList(args[0]) ? [args[0], args.slice(1)] : [[], args];
  const wants = selection.map((option) => textOf(option).toUpperCase());
  const words = isList(results) ? results : [];
  const patterns = isList(pattern) ? pattern : [pattern];
  if (patterns.every((one) => textOf(one) === "")) {
    client.say('* LIST (\\Noselect) "/" "/"');
    return;
  }
  const matches = patterns.map((one) => matcher(textOf(reference) + textOf(one)));
  const statusAt = words.findIndex((one) => !isList(one) && textOf(one).toUpperCase() === "STATUS");
  const showsSubscribed =
    wants.includes("SUBSCRIBED") || words.some((one) => !isList(one) && textOf(one).toUpperCase() === "SUBSCRIBED");
  for (const name of namesIn(account).filter((one) => matches.some((isMatch) => isMatch(one)))) {
    if (wants.includes("SUBSCRIBED") && !account.subscriptions.has(name)) continue;
    const mailbox = account.mailboxes.get(name);
    if (wants.includes("SPECIAL-USE") && mailbox?.use === undefined) continue;
    const attributes = [
      ...(mailbox === undefined ? ["\\Noselect"] : []),
      namesIn(account).some((other) => other.startsWith(`${name}/`)) ? "\\HasChildren" : "\\HasNoChildren",
      ...(mailbox?.use === undefined ? [] : [`\\${mailbox.use}`]),
      ...(showsSubscribed && account.subscriptions.has(name) ? ["\\Subscribed"] : []),
    ];
    client.say(`* LIST (${attributes.join(" ")}) "/" ${quoted(name)}`);
    if (statusAt !== -1 && mailbox !== undefined) client.say(statusLine(client, mailbox, listOf(words[statusAt + 1])));
  }
}

/** Labels below one that does not exist make it listed, but not selectable; so it is with [Gmail]. */
function namesIn({ mailboxes, subscriptions }: Account): string[] {
  const names = new Set<string>();
  for (const name of mailboxes.keys()) {
    const levels = name.split("/");
    levels.forEach((_, at) => names.add(levels.slice(0, at + 1).join("/")));
  }
  // Subscriptions end with their mailbox.
  for (const name of subscriptions) if (!names.has(name)) subscriptions.delete(name);
  return [...names].sort();
}

function matcher(pattern: string): (name: string) => boolean {
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("%", "[^/]*");
  const expression = new RegExp(`^${/^inbox$/i.test(pattern) ? "INBOX" : source}$`, "s");
  return (name) => expression.test(name);
}

function statusLine(client: Client, mailbox: Mailbox, items: readonly Token[]): string {
  const { entries, uidNext, uidValidity, highestModSeq } = mailbox;
  const values = items.map((item) => {
    const name = textOf(item).toUpperCase();
    if (name === "HIGHESTMODSEQ") client.tellModSeqs();
    const value = {
      MESSAGES: entries.length,
      RECENT: 0,
      UIDNEXT: uidNext,
      UIDVALIDITY: uidValidity,
      UNSEEN: entries.filter(({ message }) => !message.flags.has("\\Seen")).length,
      HIGHESTMODSEQ: highestModSeq,
      APPENDLIMIT: 35_651_584,
    }[name];
    if (value === undefined) throw new Refusal("BAD", `Could not parse command: ${name}`);
    return `${name} ${value}`;
  });
  return `* STATUS ${quoted(mailbox.name)} (${values.join(" ")})`;
}

function quoted(name: string): string {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}
