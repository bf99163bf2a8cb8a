// Rounds of changes, twenty with THOROUGH=campaigns, between two servers of which at least one cannot report what changed, with the sides either way.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { otherSide, type PerSide, type Side, sides } from "../../src/model/side.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import { seededRandom } from "../support/random.ts";
import { makeHome, plainText, runInterimap, type SectionSettings } from "../support/run-interimap.ts";
import type { SnapshotOptions } from "../support/snapshot.ts";
import { type Profile, startStrictFilter, type Violation } from "../support/strict-filter.ts";
import { isCampaign } from "../support/turns.ts";
import { assertConverges, assertNothingToChange, assertRound, type Pair, type RoundOptions } from "./converge.ts";

export interface Peer {
  /** As the tests see it, and change it. */
  readonly server: MailServer;
  /** As the program reaches it. */
  readonly section: SectionSettings;
  readonly violations: readonly Violation[];
  stop(): Promise<unknown>;
}

/** A Dovecot that has no more than the profile allows. */
export async function filtered(profile: Profile): Promise<Peer> {
  const server = await startDovecot();
  const filter = await startStrictFilter(server, { profile });
  return {
    server,
    section: plainText(filter.server),
    violations: filter.violations,
    stop: () => Promise.all([filter.stop(), server.stop()]),
  };
}

/** Whatever prefix the server's names have is a part of them. */
export async function asItIs(starting: Promise<MailServer>): Promise<Peer> {
  const server = await starting;
  const section = { ...plainText(server), "list-reference": undefined };
  return { server, section, violations: [], stop: () => server.stop() };
}

export interface Setting {
  readonly peers: Readonly<Record<string, () => Promise<Peer>>>;
  readonly seed: number;
  readonly rounds?: number;
  readonly mailboxes?: number;
  readonly kinds?: RoundOptions["kinds"];
  readonly compare?: SnapshotOptions;
  /** Runs that it may take until all is well; 1 unless told. */
  readonly runs?: number;
  readonly skip?: string | false;
}

/** Two suites, one with the first peer as local server and one with it as remote server. */
export function describeRounds({ peers, ...setting }: Setting): void {
  const [[nameA, startA], [nameB, startB]] = Object.entries(peers) as [Entry, Entry];
  describePair({ names: { local: nameA, remote: nameB }, start: { local: startA, remote: startB }, ...setting });
  describePair({ names: { local: nameB, remote: nameA }, start: { local: startB, remote: startA }, ...setting });
}

const usualRounds = isCampaign ? 20 : 3;

type Entry = [name: string, start: () => Promise<Peer>];

interface OrderedPair extends Omit<Setting, "peers"> {
  readonly names: PerSide<string>;
  readonly start: PerSide<() => Promise<Peer>>;
}

function describePair(setting: OrderedPair): void {
  const {
    names,
    start,
    seed,
    rounds = usualRounds,
    mailboxes = 5,
    kinds = {},
    compare = {},
    runs = 1,
    skip = false,
  } = setting;
  describe(`${names.local} and ${names.remote} (seed ${seed})`, { skip }, () => {
    const random = seededRandom(seed);
    const converge = async (all: Pair, context: string): Promise<void> => {
      for (let run = 1; run < runs && (await runInterimap(all.home)).status !== 0; run++);
      await assertConverges(all, context, compare);
    };
    const peers = {} as Record<Side, Peer>;
    let pair: Pair;

    before(async () => {
      await Promise.all(sides.map(async (side) => (peers[side] = await start[side]())));
      const servers = { local: peers.local.server, remote: peers.remote.server };
      const home = makeHome({ local: peers.local.section, remote: peers.remote.section });
      pair = { ...servers, home };
      for (const side of sides) {
        const isFirst = side === "local";
        await populate(servers[side], { mailboxes, messages: 30, seed: isFirst ? seed : seed + 1000 });
      }
    });

    after(async () => {
      pair.home.remove();
      await Promise.all(sides.map((side) => peers[side].stop()));
    });

    test("the first run makes both sides identical, the second changes nothing", async () => {
      await converge(pair, "");
      await assertNothingToChange(pair);
    });

    test(`so does each of ${rounds} rounds of changes on both sides`, async () => {
      const options = { random, changes: 6, kinds, converge, assertSilent: assertNothingToChange };
      for (let round = 0; round < rounds; round++) await assertRound(pair, options);
    });

    for (const side of sides) {
      test(`the ${side} server (${names[side]}, with ${names[otherSide(side)]}) was asked for nothing that it lacks`, () => {
        assert.deepEqual(peers[side].violations, []);
      });
    }
  });
}
