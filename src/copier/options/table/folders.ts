// Options about folders, as IMAP's mailboxes are called here.

import { type OptionSpec, perHost } from "../option-spec.ts";

const folders = { group: "Folders" } as const;

export const folderOptions = {
  folder: {
    ...folders,
    kind: "strings",
    value: "FOLDER",
    describe: "copy this folder; several: with the option in front of each",
    absent: "all folders",
  },
  folderrec: { ...folders, kind: "strings", value: "FOLDER", describe: "copy this folder and all below it" },
  subscribed: { ...folders, kind: "flag", describe: "copy the folders that are subscribed on host1" },
  include: {
    ...folders,
    kind: "strings",
    value: "REGEX",
    describe: "copy folders that match as well; given alone, only these",
  },
  exclude: { ...folders, kind: "strings", value: "REGEX", describe: "leave out folders that match" },
  noexclude: { ...folders, kind: "flag", aliases: ["no-exclude"], describe: "ignore the exclusions of presets" },
  folderfirst: { ...folders, kind: "strings", value: "FOLDER", describe: "copy it before the others" },
  folderlast: { ...folders, kind: "strings", value: "FOLDER", describe: "copy it after the others" },
  skipemptyfolders: { ...folders, kind: "boolean", describe: "do not create folders for which there is no message" },
  mixfolders: {
    ...folders,
    kind: "boolean",
    default: true,
    describe: "copy folders whose names differ in case only into one, if host2 takes them for one",
  },
  checkfoldersexist: {
    ...folders,
    kind: "boolean",
    default: true,
    describe: "leave out folders that are not on host1",
  },
  ...perHost("prefix", {
    ...folders,
    kind: "string",
    value: "PREFIX",
    describe: "what the names of the host's folders begin with, such as INBOX.",
    absent: "as the server says",
  }),
  ...perHost("sep", {
    ...folders,
    kind: "string",
    value: "CHARACTER",
    describe: "what stands between the levels of a name",
    absent: "as the server says",
  }),
  subfolder1: { ...folders, kind: "string", value: "FOLDER", describe: "copy what is below this folder of host1" },
  subfolder2: { ...folders, kind: "string", value: "FOLDER", describe: "copy everything below this folder of host2" },
  automap: {
    ...folders,
    kind: "boolean",
    describe: "copy Sent, Drafts, Junk, Trash and others to the folders that host2 has for them",
  },
  f1f2: {
    ...folders,
    kind: "pairs",
    value: "FOLDER1=FOLDER2",
    aliases: ["f1f2h"],
    describe: "copy FOLDER1 of host1 to FOLDER2 of host2; no other rule applies to it",
  },
  nof1f2: { ...folders, kind: "flag", aliases: ["no-f1f2"], describe: "ignore the pairs of presets" },
  regextrans2: {
    ...folders,
    kind: "strings",
    value: "EXPRESSION",
    describe: "change names for host2 by a Perl expression, such as s/^A/B/; several in turn",
  },
  fixslash2: {
    ...folders,
    kind: "boolean",
    default: true,
    describe: "replace / in names by _ if it would separate levels on host2",
  },
  fixInboxINBOX: { ...folders, kind: "boolean", default: true, describe: "write INBOX as host2 does" },
  subscribe: {
    ...folders,
    kind: "boolean",
    default: true,
    describe: "subscribe on host2 to folders that are subscribed on host1",
  },
  subscribeall: {
    ...folders,
    kind: "boolean",
    aliases: ["subscribe_all"],
    describe: "subscribe on host2 to all folders that are copied",
  },
  syncacls: { ...folders, kind: "boolean", describe: "give others the rights to folders that they have on host1" },
} as const satisfies Record<string, OptionSpec>;
