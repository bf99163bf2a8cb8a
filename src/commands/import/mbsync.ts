// An mbsyncrc as configurations: one for each pair of stores that channels connect.

import { groupBy } from "../../util/group-by.ts";
import type { SideSettings } from "../init/config-text.ts";
import { fileNameOf, type Imported, type ImportedConfiguration, Notes } from "./imported.ts";
import { isTwoWay, mailboxSettings, placeOf, type Selection, tellDifferences } from "./mbsync-channels.ts";
import { MbsyncOptions, type MbsyncSection, mbsyncSections } from "./mbsync-lines.ts";
import { type MbsyncStore, mbsyncStores } from "./mbsync-stores.ts";

interface Connection {
  readonly channel: MbsyncSection;
  readonly local: MbsyncStore & { readonly settings: SideSettings };
  readonly remote: MbsyncStore & { readonly settings: SideSettings };
  readonly selection: Selection;
}

/** `dovecot`: the version that is installed, or empty. */
export function importMbsync(text: string, dovecot: string): Imported {
  const notes = new Notes();
  const sections = mbsyncSections(text, notes);
  const stores = mbsyncStores(sections, { notes, dovecot });
  const channels = sections.filter(({ kind }) => kind === "channel");
  const connections = channels.flatMap((channel) => connectionOf(channel, stores, notes) ?? []);
  const groups = sections.filter(({ kind }) => kind === "group");
  for (const { line, name, words, entries } of groups)
    for (const word of [...words, ...entries.flatMap((entry) => entry.words)])
      if (word.includes(":"))
        notes.add(line, `Group ${name}: the mailboxes of ${word} were not taken over; write them as list-mailbox`);
  const pairs = groupBy(connections, ({ local, remote }) => `${local.name}\n${remote.name}`);
  if (channels.length === 0) notes.add(undefined, "there is no Channel, and so nothing to synchronise");
  const configurations = [...pairs.values()].map((pair) => configurationOf(pair, groups));
  return { configurations: withOwnNames(configurations), notes: notes.sorted() };
}

function connectionOf(
  channel: MbsyncSection,
  stores: ReadonlyMap<string, MbsyncStore>,
  notes: Notes,
): Connection | undefined {
  const { name, line } = channel;
  const options = new MbsyncOptions(channel);
  const [far, near] = [placeOf(options.last("far", "master")), placeOf(options.last("near", "slave"))];
  const [farStore, nearStore] = [stores.get(far?.store ?? ""), stores.get(near?.store ?? "")];
  const leaveOut = (why: string): undefined => {
    notes.add(line, `Channel ${name} was left out: ${why}`);
    return undefined;
  };
  if (far === undefined || near === undefined || farStore === undefined || nearStore === undefined)
    return leaveOut("it does not name two stores of this file as Far and Near");
  if (farStore.isMaildir && nearStore.isMaildir)
    return leaveOut("both its stores are Maildirs, and interimap wants one IMAP server at least");
  if (!isTwoWay(options, name, notes)) return undefined;
  // Whichever is on this machine is the local one.
  const isTurned = farStore.isMaildir;
  const [local, remote] = isTurned ? [farStore, nearStore] : [nearStore, farStore];
  const [localPlace, remotePlace] = isTurned ? [far, near] : [near, far];
  const patterns = options.all("pattern", "patterns").flatMap(({ words }) => words);
  if (patterns.length > 0 && far.mailbox + near.mailbox !== "")
    return leaveOut(
      "it has Patterns below a mailbox; write where these mailboxes are as list-reference, with the server's delimiter at the end",
    );
  if (local.settings === undefined || remote.settings === undefined) return undefined;
  const names = { local: mailboxOf(localPlace.mailbox), remote: mailboxOf(remotePlace.mailbox) };
  if (patterns.length === 0 && names.local !== names.remote && Object.values(names).includes("INBOX"))
    return leaveOut("it pairs INBOX with another mailbox, and to interimap INBOX is INBOX on both sides");
  tellDifferences(options, name, notes);
  const selection = patterns.length > 0 ? { patterns } : names;
  return {
    channel,
    selection,
    local: { ...local, settings: local.settings },
    remote: { ...remote, settings: remote.settings },
  };
}

function mailboxOf(name: string): string {
  return name === "" || /^inbox$/i.test(name) ? "INBOX" : name;
}

function configurationOf(pair: readonly Connection[], groups: readonly MbsyncSection[]): ImportedConfiguration {
  const { local, remote, channel } = pair[0]!;
  const names = pair.map((one) => one.channel.name);
  const group = groups.find((one) => {
    const members = [...one.words, ...one.entries.flatMap(({ words }) => words)].map((word) =>
      word.replace(/:.*/s, ""),
    );
    return members.length === names.length && names.every((name) => members.includes(name));
  });
  const subscribed = remote.subscribedOnly || local.subscribedOnly ? [["list-select-opts", "SUBSCRIBED"] as const] : [];
  return {
    name: fileNameOf(group?.name ?? (names.length === 1 ? channel.name : remote.name)),
    from: `${names.length === 1 ? "Channel" : "Channels"} ${names.join(", ")}`,
    top: [...mailboxSettings(pair.map(({ selection }) => selection)), ...subscribed],
    local: local.settings,
    remote: remote.settings,
    remarks: local.remarks,
  };
}

/** Two files cannot have one name. */
function withOwnNames(configurations: readonly ImportedConfiguration[]): readonly ImportedConfiguration[] {
  const taken = new Set<string>();
  return configurations.map((one) => {
    let { name } = one;
    for (let number = 2; taken.has(name); number++) name = `${one.name}-${number}`;
    taken.add(name);
    return { ...one, name };
  });
}
