// The stores of an mbsyncrc as sides of a configuration.

import type { Gathering, Notes } from "./imported.ts";
import { type MaildirPlace, maildirRemarks, maildirSettings } from "./maildir-command.ts";
import { isAccountKeyword, mbsyncAccount } from "./mbsync-account.ts";
import { MbsyncOptions, type MbsyncSection } from "./mbsync-lines.ts";

export interface MbsyncStore {
  readonly name: string;
  readonly isMaildir: boolean;
  readonly line: number;
  /** Undefined: it cannot be reached through an IMAP server; a note says why. */
  readonly settings: Gathering | undefined;
  readonly subscribedOnly: boolean;
  readonly remarks: readonly string[];
}

/** Those of other programs' shape are left out. */
export function mbsyncStores(
  sections: readonly MbsyncSection[],
  { notes, dovecot }: { readonly notes: Notes; readonly dovecot: string },
): ReadonlyMap<string, MbsyncStore> {
  const stores = new Map<string, MbsyncStore>();
  for (const section of sections) {
    if (section.kind === "imapstore") stores.set(section.name, imapStore(section, sections, notes));
    if (section.kind === "maildirstore") stores.set(section.name, maildirStore(section, notes, dovecot));
  }
  return stores;
}

function imapStore(section: MbsyncSection, sections: readonly MbsyncSection[], notes: Notes): MbsyncStore {
  const { name, line } = section;
  const options = new MbsyncOptions(section);
  const named = options.value("account");
  const account = sections.find((one) => one.kind === "imapaccount" && one.name === named);
  if (named !== undefined && account === undefined)
    notes.add(options.last("account")?.line, `there is no IMAPAccount ${named}`);
  const settings = mbsyncAccount(account === undefined ? options : new MbsyncOptions(account), notes);
  const path = options.value("path");
  if (path !== undefined && path !== "") settings.set("list-reference", path);
  tellUnknown(account === undefined ? section : account, notes);
  if (account !== undefined) tellUnknown(section, notes);
  const obstacle = renaming(options, notes);
  const subscribedOnly = /^yes$/i.test(options.value("subscribedonly") ?? "");
  return { name, line, isMaildir: false, settings: obstacle ? undefined : settings, subscribedOnly, remarks: [] };
}

function tellUnknown({ entries }: MbsyncSection, notes: Notes): void {
  for (const { line, keyword } of entries) {
    const lower = keyword.toLowerCase();
    if (!isAccountKeyword(lower) && !["mapinbox", "flatten"].includes(lower))
      notes.add(line, `${keyword} was not taken over: interimap has nothing like it`);
  }
}

/** Whether its mailboxes have other names than on the server. */
function renaming(options: MbsyncOptions, notes: Notes): boolean {
  const entries = options.all("mapinbox", "flatten");
  for (const { line, keyword } of entries)
    notes.add(line, `${keyword} gives mailboxes other names, which cannot be taken over: its channels were left out`);
  return entries.length > 0;
}

function maildirStore(section: MbsyncSection, notes: Notes, dovecot: string): MbsyncStore {
  const { name, line, entries } = section;
  const options = new MbsyncOptions(section);
  for (const { line: at, keyword } of entries) {
    const reason = maildirReasons[keyword.toLowerCase()];
    if (reason !== undefined) notes.add(at, `${keyword} was not taken over: ${reason}`);
    else if (!maildirKeywords.has(keyword.toLowerCase()))
      notes.add(at, `${keyword} was not taken over: interimap has nothing like it`);
  }
  const place = renaming(options, notes) ? undefined : maildirPlace(options, section, notes);
  const settings = place && maildirSettings(place, dovecot);
  if (place !== undefined && settings === undefined)
    notes.add(
      line,
      `MaildirStore ${name}: Dovecot's settings cannot express a path with such characters; its channels were left out`,
    );
  return {
    ...{ name, line, settings, isMaildir: true, subscribedOnly: false },
    remarks: place === undefined ? [] : maildirRemarks(place, dovecot),
  };
}

const maildirKeywords = new Set(["path", "inbox", "subfolders", "altmap", "mapinbox", "flatten", "maxsize", "fsync"]);
const maildirReasons: Readonly<Record<string, string>> = {
  trash: "interimap does not copy deleted messages; most servers and clients have a trash of their own",
  trashnewonly: "see Trash",
  trashremotenew: "see Trash",
  maxsize: "all messages are copied in full",
  infodelimiter: "Dovecot takes the colon of the Maildir standard",
};

function maildirPlace(options: MbsyncOptions, { line, name }: MbsyncSection, notes: Notes): MaildirPlace | undefined {
  const style = options.value("subfolders")?.toLowerCase();
  const inbox = withoutSlash(options.value("inbox") ?? "~/Maildir");
  if (style === "maildir++") return { root: inbox, inbox: undefined, layout: "maildir++" };
  if (style === "legacy") {
    notes.add(
      options.last("subfolders")?.line,
      "Dovecot knows no Maildir with SubFolders Legacy: its channels were left out",
    );
    return undefined;
  }
  const path = options.value("path");
  // Without one there are no other mailboxes.
  if (path === undefined) return { root: inbox, inbox: undefined, layout: "maildir++" };
  if (!path.endsWith("/")) {
    notes.add(
      options.last("path")?.line ?? line,
      `Path of ${name} does not end with a slash, so it is only the beginning of folder names: its channels were left out`,
    );
    return undefined;
  }
  return { root: withoutSlash(path), inbox, layout: "fs" };
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}
