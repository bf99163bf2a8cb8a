// Options about messages: which, how they are recognised, and what is written.

import { type OptionSpec, perHost } from "../option-spec.ts";

const selection = { group: "Selection" } as const;
const identity = { group: "Identity" } as const;
const content = { group: "Content" } as const;
const metadata = { group: "Metadata" } as const;

export const messageOptions = {
  search: {
    ...selection,
    kind: "string",
    value: "KEYS",
    describe: "consider only messages that IMAP's SEARCH finds with these keys, on both hosts",
  },
  ...perHost("search", { ...selection, kind: "string", value: "KEYS", describe: "on one host", absent: "as --search" }),
  maxage: { ...selection, kind: "number", value: "DAYS", describe: "consider only messages at most DAYS old" },
  minage: {
    ...selection,
    kind: "number",
    value: "DAYS",
    describe: "consider only messages at least DAYS old; if that is more than --maxage, those that either allows",
  },
  maxsize: { ...selection, kind: "integer", value: "OCTETS", describe: "do not copy larger messages" },
  minsize: { ...selection, kind: "integer", value: "OCTETS", describe: "copy only larger messages" },
  appendlimit: {
    ...selection,
    kind: "integer",
    value: "OCTETS",
    describe: "the largest message that host2 takes",
    absent: "as host2 says",
  },
  skipmess: {
    ...selection,
    kind: "strings",
    value: "EXPRESSION",
    describe: "do not copy messages that match a Perl expression, such as m/^X-Spam: yes/m",
  },
  abletosearch: {
    ...selection,
    kind: "boolean",
    default: true,
    describe: "let servers search; otherwise --minage and --maxage go by the date of arrival",
  },
  ...perHost("abletosearch", { ...selection, kind: "boolean", describe: "on one host", absent: "as --abletosearch" }),
  checknoabletosearch: {
    ...selection,
    kind: "boolean",
    describe: "find out at the start whether the servers can search",
    absent: "on, but not with --justfolders",
  },

  useheader: {
    ...identity,
    kind: "strings",
    value: "HEADER",
    describe: "treat messages as the same if these header fields are equal; ALL: all fields",
    absent: "Message-Id and Received",
  },
  skipheader: { ...identity, kind: "string", value: "REGEX", describe: "do not compare header lines that match" },
  messageidnodomain: { ...identity, kind: "boolean", describe: "compare a Message-Id up to its @ only" },
  skipsize: { ...identity, kind: "boolean", default: true, describe: "do not compare sizes" },
  wholeheaderifneeded: {
    ...identity,
    kind: "boolean",
    default: true,
    describe: "compare the whole header of messages that have none of these fields",
  },
  addheader: {
    ...identity,
    kind: "boolean",
    describe: "give a Message-Id to copies of messages that have none of these fields",
  },
  syncduplicates: { ...identity, kind: "boolean", describe: "copy a message that is twice in a folder twice" },
  skipcrossduplicates: {
    ...identity,
    kind: "boolean",
    describe: "copy a message that is in several folders into the first of them only",
  },
  usecache: {
    ...identity,
    kind: "boolean",
    describe: "remember in a file below --tmpdir which messages were copied",
    absent: "with --useuid",
  },
  useuid: { ...identity, kind: "boolean", describe: "recognise messages by their UIDs instead of headers" },
  cacheaftercopy: {
    ...identity,
    kind: "boolean",
    describe: "write to the cache after each copy",
    absent: "with --usecache",
  },
  state: {
    ...identity,
    kind: "string",
    value: "FILE",
    describe: "remember in this database which messages were copied: the next run needs no headers",
  },

  regexmess: {
    ...content,
    kind: "strings",
    value: "EXPRESSION",
    describe: "change messages by a Perl expression, such as s/a/b/g; several in turn",
  },
  noregexmess: { ...content, kind: "flag", aliases: ["no-regexmess"], describe: "ignore the changes of presets" },
  disarmreadreceipts: {
    ...content,
    kind: "boolean",
    describe: "rename Disposition-Notification-To, so that nobody is asked for a receipt again",
  },
  pipemess: {
    ...content,
    kind: "strings",
    value: "COMMAND",
    describe: "send messages through a command of the shell; several in turn",
  },
  pipemesscheck: { ...content, kind: "boolean", default: true, describe: "try the commands at the start" },
  truncmess: { ...content, kind: "integer", value: "OCTETS", describe: "cut off each message after OCTETS" },
  wraplines: {
    ...content,
    kind: "integer",
    value: "OCTETS",
    describe: "break lines that are longer, at blanks if there are any",
  },
  maxlinelength: { ...content, kind: "integer", value: "OCTETS", describe: "do not copy messages with longer lines" },
  maxlinelengthcmd: {
    ...content,
    kind: "string",
    value: "COMMAND",
    describe: "send these messages through a command instead",
  },
  minmaxlinelength: {
    ...content,
    kind: "integer",
    value: "OCTETS",
    describe: "copy only messages with a line of at least OCTETS",
  },

  syncinternaldates: {
    ...metadata,
    kind: "boolean",
    default: true,
    describe: "give a copy the date on which its original arrived",
  },
  idatefromheader: { ...metadata, kind: "boolean", describe: "give a copy the date in its header" },
  regexflag: {
    ...metadata,
    kind: "strings",
    value: "EXPRESSION",
    describe: 'change flags by a Perl expression, such as s/"Junk"//g; several in turn',
  },
  noregexflag: { ...metadata, kind: "flag", aliases: ["no-regexflag"], describe: "ignore the changes of presets" },
  filterflags: {
    ...metadata,
    kind: "boolean",
    default: true,
    describe: "leave out flags that host2 does not keep (PERMANENTFLAGS)",
  },
  filterbuggyflags: { ...metadata, kind: "boolean", describe: "leave out flags that are known to be refused" },
  flagscase: { ...metadata, kind: "boolean", default: true, describe: "write the flags of IMAP as in RFC 3501" },
  syncflagsaftercopy: { ...metadata, kind: "boolean", describe: "set the flags once more after each copy" },
  resyncflags: {
    ...metadata,
    kind: "boolean",
    default: true,
    describe: "give messages that are on host2 already the flags that they have on host1",
  },
  synclabels: { ...metadata, kind: "boolean", describe: "give copies the labels of Gmail" },
  resynclabels: { ...metadata, kind: "boolean", describe: "give messages that are on host2 already their labels" },
} as const satisfies Record<string, OptionSpec>;
