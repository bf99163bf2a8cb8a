// An offlineimaprc as configurations: one for each account.

import { fileNameOf, type Gathering, type Imported, type ImportedConfiguration, Notes } from "./imported.ts";
import { type MaildirPlace, maildirRemarks, maildirSettings } from "./maildir-command.ts";
import { offlineimapMailboxes } from "./offlineimap-mailboxes.ts";
import { isYes, offlineimapServer, type Repository } from "./offlineimap-server.ts";
import { type PythonEntry, type PythonIni, pythonIni } from "./python-ini.ts";

/** `dovecot`: the version that is installed, or empty. */
export function importOfflineimap(text: string, dovecot: string): Imported {
  const notes = new Notes();
  const ini = pythonIni(text, notes);
  const general = ini.get("general");
  const accounts = (general?.get("accounts")?.value ?? "").split(/[,\s]+/).filter((one) => one !== "");
  if (accounts.length === 0) notes.add(undefined, "[general] names no accounts");
  for (const [name, { line, value }] of general ?? []) {
    const reason = generalReasons[name];
    if (reason !== undefined && value !== "" && value !== "1") notes.add(line, `${name} was not taken over: ${reason}`);
  }
  const configurations = accounts.flatMap((name) => configurationOf(name, { ini, notes, dovecot }) ?? []);
  return { configurations, notes: notes.sorted() };
}

const generalReasons: Readonly<Record<string, string>> = {
  maxsyncaccounts: "interimap --all=NUMBER handles that many accounts at once",
  pythonfile: "interimap runs no Python",
  sockettimeout: "silence-timeout sets how long a server may be silent",
  socktimeout: "silence-timeout sets how long a server may be silent",
};

interface Source {
  readonly ini: PythonIni;
  readonly notes: Notes;
  readonly dovecot: string;
}

function configurationOf(name: string, { ini, notes, dovecot }: Source): ImportedConfiguration | undefined {
  const account = ini.get(`Account ${name}`);
  const find = (which: string): Repository | undefined => ini.get(`Repository ${account?.get(which)?.value ?? ""}`);
  const [local, remote] = [find("localrepository"), find("remoterepository")];
  const leaveOut = (line: number | undefined, why: string): undefined => {
    notes.add(line, `Account ${name} was left out: ${why}`);
    return undefined;
  };
  if (account === undefined)
    return leaveOut(ini.get("general")?.get("accounts")?.line, `there is no section [Account ${name}]`);
  const first = [...account.values()][0]?.line;
  if (local === undefined || remote === undefined)
    return leaveOut(first, "it does not name two repositories of this file");
  if (!isServer(remote)) return leaveOut(remote.get("type")?.line, "its remote repository is no IMAP server");
  const oneWay = [local, remote].flatMap((one) => oneWayEntry(one) ?? [])[0];
  if (oneWay !== undefined)
    return leaveOut(
      oneWay.line,
      "it carries over a part only, and interimap everything, both ways. imapsync copies in one direction",
    );
  const here = isServer(local)
    ? { settings: offlineimapServer(local, notes), remarks: [], isFlat: false }
    : maildirOf(local, dovecot);
  if (here === undefined)
    return leaveOut(local.get("type")?.line, "its local repository cannot be reached through an IMAP server");
  const there = offlineimapServer(remote, notes);
  const { top, reference } = offlineimapMailboxes(remote, local, notes);
  if (reference !== undefined) there.set("list-reference", reference);
  proxy(account, there, notes);
  for (const part of [account, local, remote]) tellDifferences(part, notes);
  const chosen = here.isFlat ? withoutLevels(top, local, notes) : top;
  const remarks = chosen === top ? here.remarks : [...here.remarks, `In this Maildir, ${leftOut}.`];
  return {
    ...{ name: fileNameOf(name), from: `Account ${name}`, remarks },
    top: chosen,
    local: here.settings,
    remote: there,
  };
}

function isServer(repository: Repository): boolean {
  return /^(?:imap|gmail)$/i.test(repository.get("type")?.value ?? "");
}

/** What makes it less than a synchronisation in both directions. */
function oneWayEntry(repository: Repository): PythonEntry | undefined {
  const readOnly = repository.get("readonly");
  if (readOnly !== undefined && isYes(readOnly.value)) return readOnly;
  const deletions = repository.get("sync_deletes");
  return deletions === undefined || isYes(deletions.value) ? undefined : deletions;
}

interface Here {
  readonly settings: Gathering;
  readonly remarks: readonly string[];
  /** A mailbox below another one lies beside it, under a name that Dovecot takes for one level. */
  readonly isFlat: boolean;
}

function maildirOf(local: Repository, dovecot: string): Here | undefined {
  if (!/^(?:gmail)?maildir$/i.test(local.get("type")?.value ?? "")) return undefined;
  const root = (local.get("localfolders")?.value ?? "").replace(/(?<=.)\/+$/, "");
  const place: MaildirPlace = { root, inbox: `${root}/INBOX`, layout: "fs" };
  const settings = root === "" ? undefined : maildirSettings(place, dovecot);
  return settings && { settings, remarks: maildirRemarks(place, dovecot), isFlat: local.get("sep")?.value !== "/" };
}

type Top = ImportedConfiguration["top"];

const leftOut =
  "mailboxes with levels are left out; move each folder a.b to a/b, and then " +
  String.raw`remove [.\x00] from ignore-mailbox`;

/** Such mailboxes would be taken for others, and come twice. */
function withoutLevels(top: Top, local: Repository, notes: Notes): Top {
  const line = (local.get("sep") ?? local.get("localfolders"))?.line;
  const listed = top.find(([name]) => name === "list-mailbox")?.[1];
  if (listed !== undefined && !/\.|\\x00/.test(listed)) return top;
  notes.add(line, `sep is not /, and Dovecot takes a.b for a mailbox of one level: ${leftOut}`);
  const ignored = top.find(([name]) => name === "ignore-mailbox")?.[1];
  const levels = String.raw`[.\x00]`;
  const others = top.filter(([name]) => name !== "ignore-mailbox");
  return [...others, ["ignore-mailbox", ignored === undefined ? levels : `${levels}|${ignored}`]];
}

function proxy(account: Repository, settings: Gathering, notes: Notes): void {
  const entry = account.get("proxy");
  if (entry === undefined) return;
  const [, kind = "", place] = /^(SOCKS5|HTTP):(\S+:\d+)$/i.exec(entry.value) ?? [];
  if (place === undefined)
    notes.add(entry.line, "proxy was not taken over: it is written socks5://HOST:PORT or http://HOST:PORT");
  else settings.set("proxy", `${kind.toLowerCase()}://${place}`);
}

function tellDifferences(entries: Repository, notes: Notes): void {
  for (const [name, { line, value }] of entries) {
    const reason = reasons[name];
    if (reason !== undefined && !/^(?:no|false|off|0|)$/i.test(value))
      notes.add(line, `${name} was not taken over: ${reason}`);
  }
  const creates = entries.get("createfolders");
  if (creates !== undefined && !isYes(creates.value))
    notes.add(creates.line, "createfolders was not taken over: interimap creates missing mailboxes on both sides");
}

const everything = "all messages are copied in full, and stay on both sides";
const reasons: Readonly<Record<string, string>> = {
  autorefresh: "interimap --notify, or the systemd service, keeps running",
  quick: "a run without changes is short anyway",
  presynchook: "start it before interimap, in a script or by ExecStartPre= of the unit",
  postsynchook: "start it after interimap, in a script or by ExecStartPost= of the unit",
  newmail_hook: "interimap has nothing like it",
  maxsize: everything,
  maxage: everything,
  startdate: everything,
  synclabels: "interimap has nothing like it",
  filterheaders: "messages are copied as they are",
  authproxy: "a proxy is for all connections: write it as proxy",
  utf8foldernames:
    "interimap takes names of both sides for IMAP's; rename local folders that have letters outside ASCII",
  decodefoldernames:
    "interimap takes names of both sides for IMAP's; rename local folders that have letters outside ASCII",
  dynamic_folderfilter: "interimap runs no Python",
  copy_ignore_eval: "interimap runs no Python",
  remoteporteval: "write the number as port",
  customflag_a: "Dovecot keeps its keywords otherwise; they are carried over from the other side",
};
