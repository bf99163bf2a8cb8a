// Which mailboxes an account of OfflineIMAP has, and what they are called on both sides.

import type { Notes } from "./imported.ts";
import { ignoring, mailboxWord, patternExpression } from "./mailbox-words.ts";
import { isYes, type Repository } from "./offlineimap-server.ts";
import { pythonFilter, pythonList, pythonTranslation } from "./python-words.ts";

type TopSetting = readonly [name: string, value: string];

interface Mailboxes {
  readonly top: readonly TopSetting[];
  /** For [remote], where nametrans takes a beginning off. */
  readonly reference?: string;
}

/** Both notes say by which line the names are told. */
export function offlineimapMailboxes(remote: Repository, local: Repository, notes: Notes): Mailboxes {
  const translation = translate(remote, local, notes);
  if (translation === undefined) return { top: [["list-mailbox", "INBOX"]] };
  const top = [...filters(remote, notes), ...translation.top];
  if (isYes(remote.get("subscribedonly")?.value ?? "no")) top.push(["list-select-opts", "SUBSCRIBED"]);
  const idle = pythonList(remote.get("idlefolders")?.value ?? "[]") ?? [];
  if (idle.length > 0) top.push(["idle-mailboxes", idle.map(mailboxWord).join(" ")]);
  return { ...translation, top };
}

/** Undefined: the names cannot be known; then it is safe to synchronise INBOX only. */
function translate(remote: Repository, local: Repository, notes: Notes): Mailboxes | undefined {
  const there = remote.get("nametrans");
  const here = local.get("nametrans");
  if (there === undefined && here === undefined) return { top: [] };
  const translation = pythonTranslation(there?.value ?? "");
  if (translation === undefined) {
    notes.add(
      (there ?? here)?.line,
      "nametrans was not taken over: it is Python, which interimap does not run. So that no mailbox is created under another name, only " +
        "INBOX is synchronised: write a map-mailbox line for each mailbox with two names, and then remove list-mailbox",
    );
    return undefined;
  }
  if ("withoutPrefix" in translation) return { top: [], reference: translation.withoutPrefix };
  const pairs = [...translation.names].map(([theirs, ours]): TopSetting => [
    "map-mailbox",
    `${mailboxWord(ours)} = ${mailboxWord(theirs)}`,
  ]);
  return { top: pairs };
}

function filters(remote: Repository, notes: Notes): TopSetting[] {
  const more = remote.get("folderincludes");
  const filter = remote.get("folderfilter");
  if (more !== undefined)
    notes.add(more.line, "folderincludes was not taken over: add these mailboxes to list-mailbox");
  if (filter === undefined) return [];
  const found = pythonFilter(filter.value);
  if (found === undefined || ("notMatching" in found && /\\[./ADZwWsS]|\(\?P/.test(found.notMatching))) {
    notes.add(
      filter.line,
      "folderfilter was not taken over: it is Python, which interimap does not run; list-mailbox and ignore-mailbox choose mailboxes",
    );
    return [];
  }
  if ("only" in found) return [["list-mailbox", found.only.map(mailboxWord).join(" ")]];
  if ("notMatching" in found) return [["ignore-mailbox", found.notMatching.replaceAll("/", String.raw`\x00`)]];
  return found.not.length === 0 ? [] : [["ignore-mailbox", ignoring(found.not.map(patternExpression))]];
}
