// A mover has filled one store from the other, some mail came to both since, and then the program meets them without a database:
// what it makes of that, in numbers.

import { otherSide, type PerSide, perSide, type Side, sides } from "../../src/model/side.ts";
import type { MailServer } from "./mail-server.ts";
import { headerOf, messagesOf, type Mover } from "./movers.ts";
import { oldMail } from "./old-mail.ts";
import { readPairs } from "./pairs.ts";
import { seededRandom } from "./random.ts";
import type { AppendMessage } from "./raw-imap.ts";
import { type InterimapHome, makeHome, plainText, runInterimap, type RunResult } from "./run-interimap.ts";
import { startTrafficProxy } from "./traffic-proxy.ts";
import { deliver, mail } from "./two-stores.ts";

export interface FirstMeeting {
  readonly mover: Mover;
  /** Whose mail was copied to the other one. */
  readonly full: Side;
  readonly servers: PerSide<MailServer>;
  /** Messages before the mover came. */
  readonly messages: number;
}

export interface Outcome {
  readonly run: RunResult;
  readonly seconds: number;
  /** What the servers said, in octets. */
  readonly octets: number;
  /** More than there should be, on each side; less than none where some are missing. */
  readonly surplus: PerSide<number>;
  /** Pairs of different messages, and messages without a pair. */
  readonly wrong: readonly string[];
  /** Flags that a message had, and that it or its counterpart has not. */
  readonly lostFlags: readonly string[];
  /** For further runs, until the end. */
  readonly home: InterimapHome;
  readonly end: () => Promise<void>;
}

type Mailbox = ReadonlyMap<number, AppendMessage>;

export async function meet({ mover, full, servers, messages }: FirstMeeting): Promise<Outcome> {
  const [from, to] = [servers[full], servers[otherSide(full)]];
  await deliver(from, "INBOX", ...oldMail(seededRandom(5), messages));
  await mover.move(from, to);
  for (const side of sides) await deliver(servers[side], "INBOX", mail(`new-${side}`));
  const before = await bothMailboxes(servers);

  const proxies = { local: await startTrafficProxy(servers.local), remote: await startTrafficProxy(servers.remote) };
  const home = makeHome(perSide((side) => plainText(proxies[side].server)));
  const startedAt = performance.now();
  const run = await runInterimap(home);
  const seconds = (performance.now() - startedAt) / 1_000;
  const octets = sides.reduce((sum, side) => sum + proxies[side].bytesFromServer, 0);

  const after = await bothMailboxes(servers);
  const pairs = readPairs(home);
  return {
    ...{ run, seconds, octets, home },
    end: async () => {
      home.remove();
      await Promise.all(sides.map((side) => proxies[side].stop()));
    },
    surplus: perSide((side) => after[side].size - (messages + sides.length)),
    wrong: [...wrongPairs(after, pairs), ...withoutPair(after, pairs)],
    lostFlags: lostFlags(before, after, pairs),
  };
}

async function bothMailboxes(servers: PerSide<MailServer>): Promise<PerSide<Mailbox>> {
  const read = async (side: Side): Promise<Mailbox> =>
    new Map((await messagesOf(servers[side])).map(({ uid, message }) => [uid, message]));
  const [local, remote] = await Promise.all([read("local"), read("remote")]);
  return { local, remote };
}

function wrongPairs(mailboxes: PerSide<Mailbox>, pairs: readonly PerSide<number>[]): string[] {
  return pairs.flatMap((pair) => {
    const { local, remote } = perSide((side) => mailboxes[side].get(pair[side]));
    const isRight = local !== undefined && remote !== undefined && contentOf(local) === contentOf(remote);
    return isRight ? [] : [`local UID ${pair.local} and remote UID ${pair.remote}`];
  });
}

function withoutPair(mailboxes: PerSide<Mailbox>, pairs: readonly PerSide<number>[]): string[] {
  return sides.flatMap((side) => {
    const paired = new Set(pairs.map((pair) => pair[side]));
    return [...mailboxes[side].keys()].filter((uid) => !paired.has(uid)).map((uid) => `${side} UID ${uid} alone`);
  });
}

/** Without what movers add, and however lines end. */
function contentOf({ bytes }: AppendMessage): string {
  const isAdded = (line: string): boolean => /^X-TUID: |^Message-Id: <\d+@imapsync>$/.test(line);
  const fields = headerOf(bytes).filter((line) => !isAdded(line));
  const text = bytes.toString("latin1").replaceAll("\r\n", "\n");
  return [...fields, text.slice(text.indexOf("\n\n")).trimEnd()].join("\n");
}

function lostFlags(before: PerSide<Mailbox>, after: PerSide<Mailbox>, pairs: readonly PerSide<number>[]): string[] {
  return pairs.flatMap((pair) => {
    const had = sides.flatMap((side) => flagsOf(before[side].get(pair[side])));
    return sides.flatMap((side) => {
      const has = new Set(flagsOf(after[side].get(pair[side])));
      return had.filter((flag) => !has.has(flag)).map((flag) => `${flag} of ${side} UID ${pair[side]}`);
    });
  });
}

function flagsOf(message: AppendMessage | undefined): string[] {
  return (message?.flags ?? []).map((flag) => flag.toLowerCase());
}
