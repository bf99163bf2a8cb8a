// The table of situations that are disturbed at every step. Each line is something that another mail client does:
//   append MAILBOX MESSAGE...       move|copy FROM TO NAME...   subscribe MAILBOX      create MAILBOX
//   flag MAILBOX NAME... ±FLAG...   expunge MAILBOX NAME...     unsubscribe MAILBOX    delete MAILBOX   rename FROM TO
// MESSAGE is NAME with any of *COUNT (NAME1, NAME2, …), ~OCTETS (of its body) and :FLAG,FLAG behind it; equal names are
// equal messages, and a name that begins with ? has no Message-ID.

import type { Side } from "../../src/model/side.ts";
import type { SectionSettings } from "../support/run-interimap.ts";

export interface Scenario {
  readonly name: string;
  /** Done on local, and then synchronised. */
  readonly synced?: readonly string[];
  /** Done after that, on one side. */
  readonly local?: readonly string[];
  readonly remote?: readonly string[];
  /** A run is killed at its first step that matches (steps.ts), before anything is disturbed. */
  readonly killedAt?: RegExp;
  /** Done after that kill. */
  readonly localThen?: readonly string[];
  readonly remoteThen?: readonly string[];
  /** SQL, by another program than ours. */
  readonly database?: string;
  readonly settings?: SectionSettings;
  /** Of the disturbed run; when there are any, a run without follows. */
  readonly args?: readonly string[];
  /** This side's server takes 40 KB. */
  readonly quota?: Side;
  /** The two sides do not become equal: some messages are refused. */
  readonly differs?: true;
  /** Both sides got equal messages for themselves. Undisturbed they are copied; an interrupted run takes them for its copies. */
  readonly mayMatch?: true;
}

export const scenarios: readonly Scenario[] = [
  { name: "nothing new", synced: ["append INBOX a b"] },
  { name: "new messages", synced: ["append INBOX a b"], local: ["append INBOX c d:\\Seen e*5"] },
  {
    name: "new on both sides",
    synced: ["append INBOX a b"],
    local: ["append INBOX c*4", "append INBOX l:\\Flagged,work"],
    remote: ["append INBOX d*3 r:\\Seen"],
  },
  { name: "first run, one side empty", local: ["append INBOX a*6 b:\\Seen"] },
  { name: "first run, all new on both sides", local: ["append INBOX a*3"], remote: ["append INBOX b*3"] },
  {
    name: "first run, both hold the same mail",
    local: ["append INBOX a*4:\\Seen b", "append INBOX here"],
    remote: ["append INBOX a*4:\\Flagged b", "append INBOX there"],
  },
  {
    name: "first run, twins on both sides",
    local: ["append INBOX twin twin twin ?nameless ?nameless"],
    remote: ["append INBOX twin twin ?nameless"],
  },
  {
    name: "first run, same mail without matching",
    local: ["append INBOX a*2"],
    remote: ["append INBOX a*2"],
    settings: { "match-existing": "NO" },
    mayMatch: true,
  },
  { name: "twins arrive", synced: ["append INBOX twin"], local: ["append INBOX twin twin"] },
  {
    name: "the same message arrives on both sides",
    synced: ["append INBOX a"],
    local: ["append INBOX same"],
    remote: ["append INBOX same"],
    mayMatch: true,
  },
  { name: "without Message-ID", synced: ["append INBOX a"], local: ["append INBOX ?x ?y ?x"] },
  {
    name: "flags on one side",
    synced: ["append INBOX a*6"],
    local: ["flag INBOX a1 a2 +\\Seen", "flag INBOX a3 +\\Flagged +work"],
  },
  {
    name: "flags on both sides",
    synced: ["append INBOX a*6:\\Seen"],
    local: ["flag INBOX a1 +\\Flagged", "flag INBOX a4 -\\Seen"],
    remote: ["flag INBOX a2 +\\Answered +todo", "flag INBOX a5 -\\Seen"],
  },
  {
    name: "conflicting flags",
    synced: ["append INBOX a*4:\\Seen"],
    local: ["flag INBOX a1 +\\Flagged", "flag INBOX a2 -\\Seen", "flag INBOX a3 +work"],
    remote: ["flag INBOX a1 +\\Answered", "flag INBOX a2 +\\Draft", "flag INBOX a3 +home"],
  },
  { name: "expunge on one side", synced: ["append INBOX a*6"], local: ["expunge INBOX a1 a3 a6"] },
  {
    name: "expunge on both sides",
    synced: ["append INBOX a*6"],
    local: ["expunge INBOX a1 a2"],
    remote: ["expunge INBOX a2 a5"],
  },
  {
    name: "expunge against flag",
    synced: ["append INBOX a*4"],
    local: ["expunge INBOX a1", "flag INBOX a2 +\\Seen"],
    remote: ["flag INBOX a1 +\\Flagged", "expunge INBOX a2"],
  },
  {
    name: "expunge beside messages that are only marked",
    synced: ["append INBOX a*6", "flag INBOX a4 +\\Deleted"],
    local: ["expunge INBOX a1 a3"],
    remote: ["flag INBOX a5 +\\Deleted +work"],
  },
  {
    name: "everything at once in one mailbox",
    synced: ["append INBOX a*8 twin twin"],
    local: ["append INBOX l*3 twin", "flag INBOX a1 a2 +\\Seen", "expunge INBOX a3 a4"],
    remote: ["append INBOX r*2", "flag INBOX a2 a5 +\\Flagged", "expunge INBOX a4 a6"],
  },
  {
    name: "several mailboxes",
    synced: ["create Box", "create Box/Sub", "append INBOX a*2", "append Box b*2", "append Box/Sub c*2"],
    local: ["append Box l", "flag Box/Sub c1 +\\Seen"],
    remote: ["append INBOX r*2", "expunge Box b1", "append Box/Sub s"],
  },
  {
    name: "a mailbox is created",
    synced: ["append INBOX a"],
    local: ["create Box", "create Box/Sub", "append Box/Sub l*3:\\Seen"],
  },
  {
    name: "mailboxes are created on both sides",
    synced: ["append INBOX a"],
    local: ["create Both", "create Here", "append Both l m", "append Here h"],
    remote: ["create Both", "create There", "append Both r m", "append There t"],
  },
  {
    name: "subscriptions",
    synced: ["create Box", "create Cup", "create Den", "subscribe Cup", "append Box b"],
    local: ["subscribe Box", "unsubscribe Cup"],
    remote: ["subscribe Den"],
  },
  {
    name: "a mailbox is created and subscribed",
    synced: ["append INBOX a"],
    remote: ["create Box", "subscribe Box", "append Box r*2"],
  },
  {
    name: "moved between mailboxes",
    synced: ["create Box", "append INBOX a*4:\\Seen", "append Box b"],
    local: ["move INBOX Box a1 a2"],
    remote: ["move Box INBOX b"],
  },
  {
    name: "move: among news, deletions and flags on both sides",
    synced: ["create Box", "append INBOX a*6:\\Seen", "append Box b*2"],
    local: [
      ...["flag INBOX a1 -\\Seen", "move INBOX Box a1 a2 a3", "flag Box a2 +\\Flagged +work"],
      ...["append Box n", "expunge INBOX a5"],
    ],
    remote: ["flag INBOX a3 +\\Answered", "append Box r", "append INBOX i"],
  },
  {
    name: "move: into mailboxes made since, over another one, and back",
    synced: ["create Box", "append INBOX a*5", "append Box b"],
    local: ["create New", "create New/Sub", "move INBOX Box a1 a2", "move Box New a1", "move INBOX New/Sub a3"],
    remote: ["flag INBOX a1 +\\Flagged"],
  },
  {
    name: "move: equal messages, and one that stays",
    synced: ["create Box", "create Cup", "append Box twin twin", "append Cup twin", "append INBOX a*2 twin"],
    local: ["move Box INBOX twin", "move INBOX Box a1"],
    remote: ["move INBOX Cup a2"],
  },
  {
    name: "move: on both sides, to one place and to two",
    synced: ["create Box", "create Cup", "append INBOX a*4 b"],
    local: ["move INBOX Box a1 a2"],
    remote: ["move INBOX Box a1", "move INBOX Cup a2", "expunge INBOX b"],
  },
  {
    name: "move: already interrupted once, before it heard of it",
    synced: ["create Box", "append INBOX a*5"],
    local: ["move INBOX Box a1 a2 a3", "append Box n"],
    killedAt: /^remote > \S+ OK .*(?:Move|Copy) completed/,
    localThen: ["expunge Box a1", "flag Box a2 +\\Seen", "move INBOX Box a4"],
    remoteThen: ["flag Box a3 +\\Flagged"],
  },
  {
    name: "copy: within one side, among news and flags, and of what is gone on the other",
    synced: ["create Box", "append INBOX a*5:\\Seen", "append Box b"],
    local: ["copy INBOX Box a1 a2 a3", "flag Box a1 -\\Seen", "flag Box a2 +\\Flagged", "append Box n"],
    remote: ["expunge INBOX a3", "copy INBOX Box a4", "append Box r"],
  },
  {
    name: "copy: and moved elsewhere",
    synced: ["create Box", "create Cup", "append INBOX a*3"],
    local: ["copy INBOX Cup a1 a2", "move INBOX Box a1", "copy Box INBOX a1"],
  },
  {
    name: "already interrupted once, before it heard of its copies",
    synced: ["append INBOX a*2"],
    local: ["append INBOX l*5 twin twin"],
    remote: ["append INBOX r*3"],
    killedAt: /> \S+ OK \[APPENDUID/,
  },
  {
    name: "already interrupted once, and changed since",
    synced: ["append INBOX a*4"],
    local: ["append INBOX l*5"],
    remote: ["append INBOX r*3"],
    killedAt: /> \S+ OK \[APPENDUID/,
    localThen: ["append INBOX late", "expunge INBOX l2 a1", "flag INBOX l3 +\\Seen"],
    remoteThen: ["flag INBOX a2 +\\Flagged", "expunge INBOX r1"],
  },
  {
    name: "already interrupted once, before its checkpoint",
    synced: ["append INBOX a*4"],
    local: ["append INBOX l*3", "expunge INBOX a4", "flag INBOX a1 +\\Seen"],
    // The first STATUS there: locally, one comes before the deletion is believed.
    killedAt: /^remote < \S+ STATUS/,
    localThen: ["flag INBOX l1 +\\Seen", "expunge INBOX l2"],
    remoteThen: ["flag INBOX l3 +\\Flagged"],
  },
  {
    name: "already interrupted once in the first run",
    local: ["append INBOX a*4", "append INBOX here"],
    remote: ["append INBOX a*4", "append INBOX there"],
    killedAt: /> \S+ OK \[APPENDUID/,
  },
  { name: "a big batch", synced: ["append INBOX a"], local: ["append INBOX m*150"], remote: ["append INBOX n*40"] },
  {
    name: "large messages",
    synced: ["append INBOX a"],
    local: ["append INBOX big*3~700000 small*3"],
    remote: ["append INBOX huge~1500000"],
  },
  {
    name: "a message over the quota",
    synced: ["append INBOX a"],
    local: ["append INBOX b c~60000 d", "flag INBOX a +\\Seen"],
    remote: ["append INBOX r"],
    quota: "remote",
    differs: true,
  },
  {
    name: "UIDVALIDITY changed on one side",
    synced: ["create Box", "append Box a*4:\\Seen", "append INBOX i"],
    local: ["delete Box", "create Box", "append Box a*4 b"],
    remote: ["append Box r", "flag Box a1 +\\Flagged"],
  },
  {
    name: "UIDVALIDITY changed, twins",
    synced: ["create Box", "append Box twin twin ?x ?x"],
    local: ["delete Box", "create Box", "append Box twin twin twin ?x"],
  },
  {
    name: "repair: mapping rows are missing",
    synced: ["append INBOX a*6"],
    database: "DELETE FROM mapping WHERE lUID IN (2, 4)",
    args: ["--repair"],
  },
  {
    name: "repair: a row leads nowhere, and changes wait",
    synced: ["append INBOX a*6"],
    local: ["append INBOX l*2", "flag INBOX a1 +\\Seen"],
    remote: ["expunge INBOX a6", "append INBOX r"],
    database: "UPDATE mapping SET rUID = 900 WHERE lUID = 3; DELETE FROM mapping WHERE lUID = 5",
    args: ["--repair"],
  },
  {
    name: "repair: the state of one side is too high",
    synced: ["append INBOX a*6"],
    local: ["append INBOX l*3", "expunge INBOX a2"],
    remote: ["flag INBOX a4 +\\Flagged", "append INBOX r"],
    database: "UPDATE local SET UIDNEXT = 9, HIGHESTMODSEQ = 1000; UPDATE remote SET HIGHESTMODSEQ = 1000",
    args: ["--repair"],
  },
  {
    name: "a server went back: what is recorded last is not there",
    synced: ["append INBOX a*6"],
    local: ["append INBOX l*2", "flag INBOX a3 +\\Seen"],
    remote: ["expunge INBOX a2", "append INBOX r"],
    database: `INSERT INTO mapping (idx, lUID, rUID) SELECT idx, 40, 4 FROM mailboxes WHERE CAST(mailbox AS TEXT) = 'INBOX'
      ON CONFLICT (idx, rUID) DO UPDATE SET lUID = 40; UPDATE local SET UIDNEXT = 50, HIGHESTMODSEQ = 1000`,
  },
  {
    name: "a server went back, and has given UIDs out again",
    synced: ["append INBOX a*6"],
    local: ["append INBOX l*2"],
    remote: ["expunge INBOX a2", "flag INBOX a3 +\\Seen"],
    database: "UPDATE mapping SET lprint = 4711 WHERE lUID = 6",
  },
  {
    name: "the database went back",
    synced: ["append INBOX a*6", "flag INBOX a2 +\\Seen"],
    local: ["append INBOX l"],
    remote: ["append INBOX r*2", "expunge INBOX a1"],
    database: "DELETE FROM mapping WHERE lUID > 3; UPDATE local SET UIDNEXT = 4; UPDATE remote SET UIDNEXT = 4",
  },
  {
    name: "rename",
    synced: ["create Box", "create Box/Sub", "append Box a*2", "append Box/Sub b", "subscribe Box"],
    local: ["append Box l"],
    args: ["--rename", "Box", "Cup"],
  },
  {
    name: "names: renamed, and made anew under the old name",
    synced: ["create Log", "append Log a*3", "subscribe Log", "append INBOX i"],
    local: ["rename Log Log-1", "create Log", "append Log n*2", "append Log-1 late"],
    remote: ["flag Log a2 +\\Seen"],
  },
  {
    name: "names: exchanged, children along with their parents",
    synced: ["create A", "create A/X", "create B", "append A a*3", "append A/X x*2", "append B b*4:\\Seen"],
    local: ["rename A C", "rename B A", "rename C B", "append A l"],
    remote: ["expunge B b1"],
  },
  {
    name: "names: rotated in a chain",
    synced: ["create Log", "create Log-1", "append Log a*3", "append Log-1 b*4", "subscribe Log-1"],
    local: ["rename Log-1 Log-2", "rename Log Log-1", "create Log", "append Log l"],
  },
  {
    name: "names: only renamed",
    synced: ["create Log", "append Log a*3", "subscribe Log", "append INBOX i"],
    local: ["rename Log Log-1", "append Log-1 late"],
    remote: ["flag Log a2 +\\Seen", "append Log r"],
  },
  {
    name: "names: only renamed, on both sides, with children and an empty one",
    synced: ["create A", "create A/X", "create B", "create E", "append A a*3", "append A/X x*2", "append B b*4:\\Seen"],
    local: ["rename A C", "append C l", "rename E F"],
    remote: ["rename B D", "expunge A/X x1"],
  },
  {
    name: "gone: kept on the other side, with what is below it",
    synced: ["create Box", "create Box/Sub", "append Box a*2", "append Box/Sub b", "subscribe Box", "append INBOX i*9"],
    local: ["delete Box/Sub", "delete Box"],
    remote: ["append INBOX r"],
    settings: { "follow-deletions": "YES" },
    differs: true,
  },
  {
    name: "gone: deleted on the other side, and one that comes back",
    synced: ["create Box", "create Cup", "append Box a*2", "append Cup c*2", "append INBOX i*9"],
    local: ["delete Box", "delete Cup"],
    remote: ["append Cup r"],
    settings: { "follow-deletions": "YES", "trash-mailbox": "" },
  },
  {
    name: "gone: deleted after messages were moved out of it, to a mailbox made for them",
    synced: ["create Box", "create Cup", "append Box a*3", "append Cup c", "append INBOX i*9"],
    local: ["create New", "move Box New a1", "move Box Cup a2", "flag New a1 +\\Flagged", "delete Box"],
    remote: ["append Cup r"],
    settings: { "follow-deletions": "YES", "trash-mailbox": "" },
  },
  {
    name: "gone: made anew after messages were moved out of it",
    synced: ["create Box", "create Cup", "append Box a*3", "append Cup c"],
    local: ["create New", "move Box New a1", "move Box Cup a2", "flag New a1 +\\Flagged", "delete Box", "create Box"],
    remote: ["append Cup r"],
  },
  {
    name: "gone: deleted, and others have its name and the name after that",
    synced: [
      "create Box",
      "create Cup",
      "create Mug",
      "append Box a*2",
      "append Cup c*2",
      "append Mug m",
      "append INBOX i*9",
    ],
    local: ["delete Mug", "rename Cup Mug", "rename Box Cup", "append Cup l"],
    remote: ["append Box r"],
    settings: { "follow-deletions": "YES", "trash-mailbox": "" },
  },
  {
    name: "gone: renamed on one side, deleted on the other, where another has its name",
    synced: ["create Box", "append Box a*3", "append INBOX i*9"],
    local: ["rename Box Cup", "append Cup l"],
    remote: ["delete Box", "create Box", "append Box n"],
    settings: { "follow-deletions": "YES" },
  },
  {
    name: "delete",
    synced: ["create Box", "append Box a*2", "subscribe Box", "append INBOX i"],
    local: ["append INBOX l"],
    args: ["--delete", "Box"],
  },
];

/** The same with the sides exchanged. */
export function flip(scenario: Scenario): Scenario {
  const { local = [], remote = [], localThen = [], remoteThen = [], killedAt, database, quota, ...rest } = scenario;
  return {
    ...rest,
    name: scenario.name,
    local: remote,
    remote: local,
    localThen: remoteThen,
    remoteThen: localThen,
    ...(killedAt !== undefined && { killedAt: new RegExp(killedAt.source.replace(/\b(local|remote)\b/, exchanged)) }),
    ...(database !== undefined && { database: database.replace(/\b(l|r)(?=UID\b)|\b(local|remote)\b/g, exchanged) }),
    ...(quota !== undefined && { quota: quota === "local" ? "remote" : "local" }),
  };
}

function exchanged(word: string): string {
  return { l: "r", r: "l", local: "remote", remote: "local" }[word] ?? word;
}
