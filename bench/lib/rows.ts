// All that is measured, as data.

import type { Side } from "../../src/model/side.ts";
import {
  type Bar,
  copyWall,
  cpu,
  ofOriginalCopy,
  peakMegabytes,
  wall,
  wallGrowth,
  wireGrowth,
  wirePerMailbox,
} from "./bars.ts";
import type { ProgramName } from "./contenders.ts";
import {
  archiveHalf,
  type Disturbance,
  expungeEverySecond,
  flagsOfEverySecond,
  oneFlagInEach,
  oneNewAndTwoGoneInEach,
  oneNewMessageInEach,
  renameMailbox,
} from "./disturb.ts";
import type { ReferenceName } from "./references.ts";
import type { Link, Situation } from "./situation.ts";

export interface Row {
  /** For --rows and the results file. */
  readonly name: string;
  readonly work: string;
  readonly situation: Situation;
  /** The mail is on the local server only, or on both, and the program knows it. */
  readonly start: "first copy" | "in agreement";
  /** Of a first copy; the local server unless told. */
  readonly source?: Side;
  /** Of the remote server, before each run. */
  readonly disturb?: Disturbance;
  readonly link: Link;
  readonly programs: readonly ProgramName[];
  readonly references?: readonly ReferenceName[];
  readonly bars: readonly Bar[];
}

const everybody: readonly ProgramName[] = ["ours", "original", "mbsync"];
const both: readonly ProgramName[] = ["ours", "original"];

const near: Link = { roundTripMs: 0 };

const manyMailboxes: Situation = { mailboxes: 200, messages: 100, size: 2_000, format: "sdbox" };
const oneMailbox: Situation = { mailboxes: 1, messages: 20_000, size: 1_000, format: "sdbox" };
const twoMailboxes: Situation = { ...oneMailbox, mailboxes: 2 };
const masses: Situation = { mailboxes: 1, messages: 200_000, size: 500, format: "mdbox" };

export const rows: readonly Row[] = [
  ...firstCopiesFromProviders(),
  {
    name: "first-copy",
    work: "first copy, 1 mailbox, 20,000 messages, 190 MB",
    situation: { ...oneMailbox, size: 9_500, lifelike: true },
    start: "first copy",
    link: near,
    programs: everybody,
    references: ["one connection", "two connections"],
    bars: [wall("original", 0.7), wall("one connection", 1.2)],
  },
  {
    name: "first-copy-200",
    work: "first copy, 200 mailboxes × 100 messages",
    situation: manyMailboxes,
    start: "first copy",
    link: near,
    programs: everybody,
    bars: [wall("original", 0.45)],
  },
  {
    name: "nothing-200",
    work: "nothing to do, 200 mailboxes",
    situation: manyMailboxes,
    start: "in agreement",
    link: near,
    programs: everybody,
    references: ["node -e 0"],
    bars: [wall("original", 1.6)],
  },
  {
    name: "nothing-200-50ms",
    work: "nothing to do, 200 mailboxes, 50 ms",
    situation: manyMailboxes,
    start: "in agreement",
    link: { roundTripMs: 50 },
    programs: everybody,
    bars: [wall("original", 1.0)],
  },
  {
    name: "new-200",
    work: "one new message in each of 200 mailboxes",
    situation: manyMailboxes,
    start: "in agreement",
    disturb: oneNewMessageInEach,
    link: near,
    programs: everybody,
    bars: [wall("original", 0.6)],
  },
  {
    name: "new-200-50ms",
    work: "one new message in each of 200 mailboxes, 50 ms",
    situation: manyMailboxes,
    start: "in agreement",
    disturb: oneNewMessageInEach,
    link: { roundTripMs: 50 },
    programs: everybody,
    bars: [wall("original", 0.08)],
  },
  {
    name: "turnover-200-50ms",
    work: "one new message in each of 200 mailboxes, and two gone, 50 ms",
    situation: manyMailboxes,
    start: "in agreement",
    disturb: oneNewAndTwoGoneInEach,
    link: { roundTripMs: 50 },
    programs: everybody,
    bars: [wall("original", 0.08)],
  },
  {
    name: "flags-200-50ms",
    work: "one flag changed in each of 200 mailboxes, 50 ms",
    situation: manyMailboxes,
    start: "in agreement",
    disturb: oneFlagInEach,
    link: { roundTripMs: 50 },
    programs: everybody,
    bars: [wall("original", 0.12)],
  },
  {
    name: "flags-10k",
    work: "10,000 of 20,000 messages change flags (8 flag lists)",
    situation: oneMailbox,
    start: "in agreement",
    disturb: flagsOfEverySecond,
    link: near,
    programs: everybody,
    bars: [wall("original", 0.9)],
  },
  {
    name: "expunge-10k",
    work: "10,000 of 20,000 messages expunged",
    situation: oneMailbox,
    start: "in agreement",
    disturb: expungeEverySecond,
    link: near,
    programs: everybody,
    bars: [wall("original", 0.8)],
  },
  ...[0, 50].map((roundTripMs): Row => ({
    name: roundTripMs === 0 ? "moved-10k" : `moved-10k-${roundTripMs}ms`,
    work: `10,000 of 20,000 messages moved to another mailbox${roundTripMs === 0 ? "" : `, ${roundTripMs} ms`}`,
    situation: oneMailbox,
    start: "in agreement",
    disturb: archiveHalf,
    link: { roundTripMs },
    programs: everybody,
    bars: [wall("original", 0.1), wall("mbsync", 0.1)],
  })),
  {
    name: "nothing-2x20k",
    work: "nothing to do, 2 mailboxes × 20,000 messages",
    situation: twoMailboxes,
    start: "in agreement",
    link: near,
    programs: ["ours"],
    bars: [],
  },
  {
    // The others take it for a new mailbox, and do not delete the old one.
    name: "renamed-20k",
    work: "a mailbox of 20,000 messages renamed",
    situation: twoMailboxes,
    start: "in agreement",
    disturb: renameMailbox,
    link: near,
    programs: ["ours"],
    bars: [wallGrowth("nothing-2x20k", 1.2)],
  },
  {
    name: "flags-100k",
    work: "100,000 of 200,000 messages change flags (8 flag lists)",
    situation: masses,
    start: "in agreement",
    disturb: flagsOfEverySecond,
    link: near,
    programs: everybody,
    bars: [wall("original", 0.6)],
  },
  {
    name: "first-copy-200k",
    work: "first copy, 1 mailbox, 200,000 small messages",
    situation: masses,
    start: "first copy",
    link: near,
    programs: both,
    bars: [peakMegabytes(180)],
  },
  {
    name: "first-copy-large",
    work: "first copy, 20 messages of 100 MB",
    situation: { mailboxes: 1, messages: 20, size: 100_000_000, format: "sdbox" },
    start: "first copy",
    link: near,
    programs: both,
    bars: [peakMegabytes(400)],
  },
  ...growthOfMailbox(),
  ...growthOfStore(),
  ...lesserServers(),
  ...oneWayCopies(),
];

/** Remote servers without QRESYNC: the original cannot work with these. */
function lesserServers(): Row[] {
  const rungs = {
    "mod-sequences": { words: "with CONDSTORE alone", lacks: ["QRESYNC"] },
    "full-look": { words: "without mod-sequences", lacks: ["QRESYNC", "CONDSTORE"] },
  };
  const far: Link = { roundTripMs: 50 };
  return Object.entries(rungs).flatMap(([rung, { words, lacks }]): Row[] => {
    const filled = { mailboxes: 200, messages: 1_000, size: 300, format: "mdbox", remoteLacks: lacks } as const;
    const nothing = (link: Link, most: number): Row => ({
      name: `nothing-200-${rung}${link === far ? "-50ms" : ""}`,
      work: `nothing to do, 200 mailboxes × 1,000 messages, remote ${words}${linkText(link)}`,
      situation: filled,
      start: "in agreement",
      link,
      programs: ["ours", "mbsync"],
      bars: [wall("mbsync", most)],
    });
    return [
      nothing(near, 0.5),
      nothing(far, 0.05),
      {
        name: `new-200-${rung}-50ms`,
        work: `one new message in each of 200 mailboxes, remote ${words}, 50 ms`,
        situation: { ...manyMailboxes, remoteLacks: lacks },
        start: "in agreement",
        disturb: oneNewMessageInEach,
        link: far,
        programs: ["ours", "mbsync"],
        bars: [wall("mbsync", 0.08)],
      },
      {
        name: `first-copy-${rung}`,
        work: `first copy, 1 mailbox, 20,000 messages, 190 MB, remote ${words}`,
        situation: { ...oneMailbox, size: 9_500, lifelike: true, remoteLacks: lacks },
        start: "first copy",
        link: near,
        programs: ["ours", "mbsync"],
        bars: [wall("mbsync", 0.6)],
      },
      {
        name: `nothing-1m-${rung}`,
        work: `nothing to do, 1 mailbox, 1,000,000 messages, remote ${words}`,
        situation: { mailboxes: 1, messages: 1_000_000, size: 300, format: "mdbox", remoteLacks: lacks },
        start: "in agreement",
        link: near,
        programs: ["ours"],
        bars: [peakMegabytes(150)],
      },
    ];
  });
}

interface Amount {
  readonly messages: number;
  readonly link?: Link;
}

/** The copier: the remote server is host1. */
function oneWayCopies(): Row[] {
  const lifelike = { mailboxes: 1, size: 9_500, lifelike: true, format: "sdbox" } as const;
  const far: Link = { roundTripMs: 50 };
  const first = (name: string, { messages, link = near }: Amount, bars: readonly Bar[] = []): Row => ({
    name: `copy-first-${name}`,
    work: `one-way first copy, ${messages.toLocaleString("en")} messages${linkText(link)}`,
    situation: { ...lifelike, messages },
    start: "first copy",
    source: "remote",
    link,
    programs: ["ours", "imapsync", "mbsync pull"],
    bars: [copyWall("imapsync", "ours", 1.25), copyWall("imapsync", "mbsync pull", 1), ...bars],
  });
  const nothing = (name: string, messages: number, bars: readonly Bar[]): Row => ({
    name: `copy-nothing-${name}`,
    work: `one-way copy with nothing to do, ${messages.toLocaleString("en")} messages`,
    situation: { ...lifelike, messages },
    start: "in agreement",
    link: near,
    programs: ["imapsync", "imapsync --state", "mbsync pull"],
    bars,
  });
  return [
    first("5k", { messages: 5_000 }, [ofOriginalCopy("imapsync", 14.5, 0.12)]),
    first("5k-50ms", { messages: 5_000, link: far }),
    first("20k", { messages: 20_000 }, [ofOriginalCopy("imapsync", 39, 0.12)]),
    nothing("5k", 5_000, [
      ofOriginalCopy("imapsync", 3.4, 0.08),
      ofOriginalCopy("imapsync --state", 3.4, 0.05),
      copyWall("imapsync --state", "mbsync pull", 2),
      peakMegabytes(100, "imapsync"),
    ]),
    {
      ...nothing("1m", 1_000_000, [peakMegabytes(300, "imapsync")]),
      situation: { mailboxes: 1, messages: 1_000_000, size: 300, format: "mdbox" },
      programs: ["imapsync"],
    },
  ];
}

/** As most people begin: a provider's mail, behind TLS, comes to a server of their own; and the other way round. */
function firstCopiesFromProviders(): Row[] {
  const lifelike = { size: 9_500, lifelike: true, format: "sdbox" } as const;
  const tls = { tls: true, roundTripMs: 0 } as const;
  const links: readonly (readonly [name: string, link: Link])[] = [
    ["plain", near],
    ["tls", tls],
    ["tls-compress", { ...tls, compress: true }],
    ["tls-20ms", { ...tls, roundTripMs: 20 }],
    ["tls-50ms", { ...tls, roundTripMs: 50 }],
    ["tls-80ms", { ...tls, roundTripMs: 80 }],
  ];
  const wanted: Readonly<Record<string, number>> = {
    "20k-plain": 0.7,
    "20k-tls": 0.75,
    "20k-tls-compress": 0.85,
    "20k-tls-50ms": 0.6,
    "20k-tls-80ms": 0.55,
    "5k-tls": 0.95,
    "5k-tls-compress": 0.95,
    "5k-tls-50ms": 0.7,
    "1k-tls-50ms": 0.8,
    "typical-tls-50ms": 0.35,
  };
  const amounts: readonly (readonly [name: string, words: string, situation: Situation])[] = [
    ["1k", "1,000 messages", { ...lifelike, mailboxes: 1, messages: 1_000 }],
    ["5k", "5,000 messages", { ...lifelike, mailboxes: 1, messages: 5_000 }],
    ["20k", "20,000 messages", { ...lifelike, mailboxes: 1, messages: 20_000 }],
    ["typical", "5,000 messages in 30 mailboxes", { ...lifelike, mailboxes: 30, messages: 167 }],
  ];
  return amounts.flatMap(([amount, words, situation]) =>
    links.flatMap(([name, link]) => {
      const row: Row = {
        name: `from-provider-${amount}-${name}`,
        work: `first copy from the remote server, ${words}${linkText(link)}`,
        situation,
        start: "first copy",
        source: "remote",
        link,
        programs: everybody,
        ...(amount === "20k" && link.roundTripMs === 0 && link.compress !== true && { references: ["relay"] }),
        bars: [
          ...(`${amount}-${name}` in wanted ? [wall("original", wanted[`${amount}-${name}`]!)] : []),
          wall("mbsync", 1),
          ...(amount === "20k" && link.roundTripMs === 0 && link.compress !== true ? [cpu("relay", 1.6)] : []),
        ],
      };
      const back = {
        ...row,
        name: `to-provider-${amount}-${name}`,
        source: "local",
        references: [],
        bars: [],
      } as const;
      const isMeasuredBack = (amount === "5k" || amount === "20k") && (link === tls || link.compress === true);
      return isMeasuredBack ? [row, { ...back, work: row.work.replace("from the", "to the") }] : [row];
    }),
  );
}

function linkText({ tls, compress, roundTripMs }: Link): string {
  const words = [tls ? "TLS" : "", compress ? "COMPRESS" : "", roundTripMs > 0 ? `${String(roundTripMs)} ms` : ""];
  return words.map((word) => (word === "" ? "" : `, ${word}`)).join("");
}

/** The same with little mail, to see whether the bench works. */
export function reduced(row: Row): Row {
  const { mailboxes, messages, size } = row.situation;
  const situation = {
    ...row.situation,
    mailboxes: mailboxes === 1 ? 1 : Math.max(3, mailboxes / 100),
    messages: mailboxes === 1 ? Math.max(20, messages / 100) : Math.min(messages, 3),
    size: Math.min(size, 1_000_000),
  };
  return { ...row, situation };
}

function growthOfMailbox(): Row[] {
  const sizes = { "1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000 };
  return Object.entries(sizes).flatMap(([name, messages]): Row[] => {
    const common = {
      situation: { mailboxes: 1, messages, size: 300, format: "mdbox" },
      start: "in agreement",
      link: near,
      programs: both,
    } as const;
    const count = messages.toLocaleString("en");
    const bars =
      name === "1m" ? [wallGrowth("nothing-1k", 1.2), wireGrowth("nothing-1k", 1.05), peakMegabytes(120)] : [];
    return [
      { ...common, name: `nothing-${name}`, work: `nothing to do, 1 mailbox, ${count} messages`, bars },
      {
        ...common,
        name: `new-${name}`,
        work: `one new message in 1 mailbox of ${count} messages`,
        disturb: oneNewMessageInEach,
        bars: [],
      },
    ];
  });
}

function growthOfStore(): Row[] {
  const counts = [10, 100, 1_000, 5_000];
  return counts.map((mailboxes, i) => {
    const name = (count: number | undefined): string => `nothing-${count}-mailboxes`;
    const smaller = counts[i - 1];
    // Linear at most: ten times the mailboxes, ten times the time.
    const bars =
      smaller === undefined ? [] : [wallGrowth(name(smaller), mailboxes / smaller), wirePerMailbox(name(smaller), 1)];
    return {
      name: name(mailboxes),
      work: `nothing to do, ${mailboxes.toLocaleString("en")} mailboxes`,
      situation: { mailboxes, messages: 1, size: 300, format: "mdbox" },
      start: "in agreement",
      link: near,
      programs: both,
      bars,
    };
  });
}
