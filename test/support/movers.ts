// Programs and ways by which mail gets from one server to another before anybody runs interimap, each with what it does to a
// message: what it leaves out, which date it gives, what it writes into the header.

import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { MailServer } from "./mail-server.ts";
import { appendAll } from "./mail-store.ts";
import { type AppendMessage, quoted } from "./raw-imap.ts";
import { removeScratch, scratchDirectory } from "./scratch.ts";
import { asClient } from "./two-stores.ts";

export interface Mover {
  readonly name: string;
  /** What has to be there, and Debian's package that has it; undefined: nothing. */
  readonly program?: string;
  readonly package?: string;
  /** What the servers have to be: two that keep their mail in Maildirs, or any and a Dovecot; undefined: whatever they like. */
  readonly needs?: "Maildirs" | "Dovecot";
  /** It stands for those that are like it. */
  readonly isTypical?: boolean;
  /** Fills the INBOX of `to`, which is empty, from that of `from`. */
  readonly move: (from: MailServer, to: MailServer) => Promise<void>;
}

const isync = { program: "/usr/bin/mbsync", package: "isync" };
const offlineimap = { program: "/usr/bin/offlineimap", package: "offlineimap3" };

export const movers: readonly Mover[] = [
  { name: "mbsync", ...isync, isTypical: true, move: (from, to) => mbsync(from, imapStore("to", to)) },
  {
    name: "mbsync with CopyArrivalDate",
    ...isync,
    move: (from, to) => mbsync(from, imapStore("to", to), "CopyArrivalDate yes\n"),
  },
  {
    name: "mbsync into a Maildir",
    ...isync,
    needs: "Maildirs",
    move: (from, to) => intoMaildir(to, (maildir) => mbsync(from, `MaildirStore to\nInbox ${maildir}\n\n`)),
  },
  {
    name: "OfflineIMAP",
    ...offlineimap,
    move: (from, to) => inDirectory((directory) => runOfflineimap(from, imapRepository(to), directory)),
  },
  { name: "OfflineIMAP into a Maildir", ...offlineimap, needs: "Maildirs", move: offlineimapIntoMaildir },
  { name: "doveadm backup", needs: "Dovecot", move: (from, to) => doveadm(from, to, ["backup", "-R"]) },
  { name: "doveadm sync -1", needs: "Dovecot", move: (from, to) => doveadm(from, to, ["sync", "-1", "-R"]) },
  { name: "as imapsync does it", move: (from, to) => imapsync(from, to, { addsHeader: false }) },
  {
    name: "as imapsync --addheader does it",
    isTypical: true,
    move: (from, to) => imapsync(from, to, { addsHeader: true }),
  },
  {
    name: "a mail client that tells no date",
    isTypical: true,
    move: (from, to) => byHand(from, to, { dateOf: () => undefined }),
  },
  {
    name: "a mail client whose dates are a second late",
    move: (from, to) => byHand(from, to, { dateOf: aSecondLater }),
  },
  { name: "a mail client that begins with the newest", move: (from, to) => byHand(from, to, { isReverse: true }) },
  { name: "files copied", needs: "Maildirs", move: (from, to) => copyFiles(from, to, "-r") },
  { name: "files copied with their dates", needs: "Maildirs", move: (from, to) => copyFiles(from, to, "-a") },
];

const execute = promisify(execFile);

/** `target`: the store, as its configuration file has it. */
async function mbsync(from: MailServer, target: string, more = ""): Promise<void> {
  await inDirectory(async (directory) => {
    const file = join(directory, "mbsyncrc");
    const channel = `Channel all\nFar :from:\nNear :to:\nPatterns INBOX\nSync Pull\nSyncState ${directory}/\n${more}`;
    writeFileSync(file, imapStore("from", from) + target + channel);
    await execute("mbsync", ["-q", "-c", file, "all"], { env: { ...process.env, HOME: directory } });
  });
}

function imapStore(name: string, { host, port, user, password }: MailServer): string {
  return `IMAPStore ${name}\nHost ${host}\nPort ${port}\nUser ${user}\nPass ${password}\nSSLType None\nAuthMechs LOGIN\n\n`;
}

async function offlineimapIntoMaildir(from: MailServer, to: MailServer): Promise<void> {
  await intoMaildir(to, async (maildir, directory) => {
    const folders = join(directory, "folders");
    await runOfflineimap(from, `type = Maildir\nlocalfolders = ${folders}\n`, directory);
    for (const folder of ["cur", "new"]) await execute("cp", ["-a", join(folders, "INBOX", folder), maildir]);
  });
}

async function runOfflineimap(from: MailServer, target: string, directory: string): Promise<void> {
  const file = join(directory, "offlineimaprc");
  const account = "[Account all]\nlocalrepository = to\nremoterepository = from\n";
  writeFileSync(
    file,
    `[general]\naccounts = all\nmetadata = ${directory}/metadata\n${account}` +
      `[Repository to]\n${target}[Repository from]\n${imapRepository(from)}readonly = True\n`,
  );
  await execute("offlineimap", ["-o", "-u", "quiet", "-c", file], { env: { ...process.env, HOME: directory } });
}

function imapRepository({ host, port, user, password }: MailServer): string {
  return (
    `type = IMAP\nremotehost = ${host}\nremoteport = ${port}\nremoteuser = ${user}\nremotepass = ${password}\n` +
    "ssl = no\nstarttls = no\nauth_mechanisms = LOGIN\nfolderfilter = lambda name: name == 'INBOX'\n"
  );
}

/** The way that Dovecot's pages tell for moving from any server: IMAP at one end, its own store at the other. */
async function doveadm(
  from: MailServer,
  to: MailServer,
  [verb, ...rest]: readonly [string, ...string[]],
): Promise<void> {
  const { host, port, user, password } = from;
  const settings = Object.entries({ host, port, user, password }).map(([name, value]) => `imapc_${name}=${value}`);
  const options = settings.flatMap((setting) => ["-o", setting]);
  const config = join(to.directory, "dovecot.conf");
  await execute("doveadm", ["-c", config, ...options, verb, ...rest, "-u", to.user, "imapc:"]);
}

/**
 * Debian does not have it. It knows messages by Message-ID and Received, takes each once, and leaves out those that have
 * neither, unless it may give them a Message-ID of its own.
 */
async function imapsync(
  from: MailServer,
  to: MailServer,
  { addsHeader }: { readonly addsHeader: boolean },
): Promise<void> {
  const seen = new Set<string>();
  const copies = (await messagesOf(from)).flatMap(({ uid, message }) => {
    const signature = headerOf(message.bytes)
      .filter((line) => /^(message-id|received):/i.test(line))
      .join("\n");
    if (signature === "" && addsHeader) {
      return [{ ...message, bytes: Buffer.concat([Buffer.from(`Message-Id: <${uid}@imapsync>\r\n`), message.bytes]) }];
    }
    if (signature === "" || seen.has(signature)) return [];
    seen.add(signature);
    return [message];
  });
  await asClient(to, (imap) => appendAll(imap, "INBOX", copies));
}

interface Manner {
  readonly dateOf?: (internalDate: string) => string | undefined;
  readonly isReverse?: boolean;
}

async function byHand(
  from: MailServer,
  to: MailServer,
  { dateOf = (date) => date, isReverse = false }: Manner,
): Promise<void> {
  const messages = await messagesOf(from);
  if (isReverse) messages.reverse();
  await asClient(to, async (imap) => {
    for (const { message } of messages) {
      const { bytes, flags, internalDate } = message;
      const date = dateOf(internalDate);
      const told = date === undefined ? "" : ` ${quoted(date)}`;
      await imap.run([`APPEND INBOX (${flags.join(" ")})${told} {${bytes.length}+}\r\n`, bytes]);
    }
  });
}

function aSecondLater(internalDate: string): string {
  const at = new Date(Date.parse(internalDate.trim().replace(/^(\d+)-(\w+)-(\d+)/, "$1 $2 $3")) + 1000);
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(at.toUTCString()) ?? [];
  return `${day}-${month}-${year} ${time} +0000`;
}

async function copyFiles(from: MailServer, to: MailServer, how: "-r" | "-a"): Promise<void> {
  await intoMaildir(to, async (maildir) => {
    for (const folder of ["cur", "new"]) await execute("cp", [how, join(maildirOf(from), folder), maildir]);
  });
}

function maildirOf({ directory, user }: MailServer): string {
  return join(directory, "home", user, "mail");
}

async function intoMaildir(
  server: MailServer,
  work: (maildir: string, directory: string) => Promise<void>,
): Promise<void> {
  const maildir = maildirOf(server);
  for (const folder of ["cur", "new", "tmp"]) mkdirSync(join(maildir, folder), { recursive: true });
  await inDirectory((directory) => work(maildir, directory));
  const homes = join(server.directory, "home");
  await execute("chown", ["-R", `--reference=${homes}`, join(homes, server.user)]);
}

/** All messages of INBOX. */
export async function messagesOf(
  server: MailServer,
): Promise<{ readonly uid: number; readonly message: AppendMessage }[]> {
  return asClient(server, async (imap) => {
    const found: { uid: number; message: AppendMessage }[] = [];
    await imap.run("EXAMINE INBOX");
    await imap.run("UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])", ({ line, literals: [bytes] }) => {
      if (bytes === undefined) return;
      const uid = Number(/UID (\d+)/.exec(line)?.[1]);
      const flags = /FLAGS \(([^)]*)\)/.exec(line)?.[1]?.split(" ") ?? [];
      const internalDate = /INTERNALDATE "([^"]+)"/.exec(line)?.[1] ?? "";
      const own = flags.filter((flag) => flag !== "" && flag.toLowerCase() !== "\\recent");
      found.push({ uid, message: { bytes, flags: own, internalDate } });
    });
    return found;
  });
}

/** The header's lines. */
export function headerOf(bytes: Buffer): string[] {
  const text = bytes.toString("latin1").replaceAll("\r\n", "\n");
  return text.slice(0, Math.max(0, text.indexOf("\n\n"))).split("\n");
}

async function inDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = scratchDirectory("mover");
  try {
    return await work(directory);
  } finally {
    removeScratch(directory);
  }
}
