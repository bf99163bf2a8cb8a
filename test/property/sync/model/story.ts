// What clients do to the two mailboxes of a World, at random.

import { type FlagSet, flagSet, permanentFlags, unionFlags } from "../../../../src/model/flags.ts";
import { otherSide, type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import type { Store } from "../../../../src/state/state-store.ts";
import { fc } from "../../../support/examples.ts";
import type { Content, ModSeqs } from "./mailbox.ts";
import { bodyOf } from "./outcome.ts";
import { type Traits, World } from "./world.ts";

/** Hundreds of stories find most faults; RUNS=5000 in the environment looks longer. */
export const options = { numRuns: Number(process.env["RUNS"] ?? 80) };

export type Act =
  | { readonly kind: "append"; readonly side: Side; readonly content: Content; readonly flags: FlagSet }
  /** `which` counts the messages that are there, over and over. */
  | {
      readonly kind: "store";
      readonly side: Side;
      readonly which: number;
      readonly flags: FlagSet;
      readonly adds: boolean;
    }
  | { readonly kind: "expunge"; readonly side: Side; readonly which: number }
  | { readonly kind: "renumber"; readonly side: Side };

export interface Story {
  readonly traits: PerSide<Traits>;
  /** UIDs that no message has, so that those of the two sides differ. */
  readonly gap: PerSide<number>;
  /** Synchronised already. */
  readonly agreed: readonly { readonly content: Content; readonly flags: FlagSet }[];
  readonly acts: readonly Act[];
  readonly schedule: readonly Side[];
  readonly marksAhead: boolean;
  /** Kept on both sides, unless told. */
  readonly modSeqs?: PerSide<ModSeqs>;
}

const side = fc.constantFrom<Side>(...sides);
const names = ["\\Seen", "\\Flagged", "\\Deleted", "a", "b"];
const flags = fc.subarray(names).map(flagSet);
const systemFlags = ["\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"];
const traits: fc.Arbitrary<Traits> = fc.record({
  largest: fc.option(fc.constant(75), { nil: undefined, freq: 4 }),
  tellsLargest: fc.boolean(),
  takesSeveral: fc.boolean(),
  isTalkative: fc.boolean(),
  addsKeyword: fc.boolean(),
  permanentFlags: fc.oneof(
    { weight: 3, arbitrary: fc.constant(permanentFlags(undefined)) },
    { weight: 1, arbitrary: fc.constant(permanentFlags([...systemFlags, "\\*"])) },
    { weight: 1, arbitrary: fc.constant(permanentFlags(systemFlags)) },
    { weight: 1, arbitrary: fc.constant(permanentFlags(["\\Deleted", "\\Seen", "\\*"])) },
  ),
});

const serial = fc.noShrink(fc.noBias(fc.nat(999_999_999)));

/** Few keys, so that there are twins; each message's body is its own all the same. `origin` keeps keys apart. */
function content(origin: string, serials: fc.Arbitrary<number> = serial): fc.Arbitrary<Content> {
  return fc
    .record({
      id: fc.constantFrom("x", "y", undefined),
      size: fc.constantFrom(60, 90),
      day: fc.constantFrom("01", "02"),
      serial: serials,
    })
    .map(({ id, size, day, serial }) => {
      const header = id === undefined ? `Subject: ${origin}` : `Message-ID: <${id}${origin}@test>`;
      return {
        bytes: Buffer.from(`${header}\r\n\r\n${String(serial)}`.padEnd(size, "-")),
        // Without Message-IDs only the date keeps origins apart.
        internalDate: `${day}-Jan-20${origin.padStart(2, "0")} 00:00:00 +0000`,
      };
    });
}

/** The same message more often than once; without Message-ID the text may be another one. */
const alike: fc.Arbitrary<Content> = fc
  .boolean()
  .chain((isNamed) =>
    content("00", fc.constantFrom(1, ...(isNamed ? [] : [2]))).filter(
      ({ bytes }) => bodyOf({ bytes, internalDate: "" }).startsWith("Message-ID") === isNamed,
    ),
  );

const origins: PerSide<string> = { local: "11", remote: "22" };
const which = fc.nat(30);

/** `looksAlike`: what clients append to one side may look the same as what is appended to the other, or was there. */
export function act({ looksAlike = false, expunges = true, renumbers = false, onlyAdds = false }): fc.Arbitrary<Act> {
  const append = (on: Side): fc.Arbitrary<Act> =>
    fc.record({
      kind: fc.constant("append" as const),
      side: fc.constant(on),
      content: looksAlike ? alike : content(origins[on]),
      flags,
    });
  const any: fc.Arbitrary<Act>[] = [
    append("local"),
    append("remote"),
    fc.record({ kind: fc.constant("store" as const), side, which, flags, adds: fc.constant(onlyAdds) }),
    ...(expunges ? [fc.record({ kind: fc.constant("expunge" as const), side, which })] : []),
    ...(renumbers ? [fc.record({ kind: fc.constant("renumber" as const), side })] : []),
  ];
  return fc.oneof(...any);
}

export function stories(acts: fc.Arbitrary<Act>, { minAgreed = 0, maxAgreed = 5 } = {}): fc.Arbitrary<Story> {
  const both = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<PerSide<T>> => fc.record({ local: one, remote: one });
  return fc.record({
    traits: both(traits),
    gap: both(fc.nat(3)),
    agreed: fc.array(fc.record({ content: content("00"), flags }), { minLength: minAgreed, maxLength: maxAgreed }),
    acts: fc.array(acts, { maxLength: 10 }),
    schedule: fc.array(side, { maxLength: 40 }),
    marksAhead: fc.boolean(),
  });
}

/** The same, with servers that take every message and keep all flags, and nothing but those. */
export function withoutLimits(story: Story): Story {
  const unlimited = { largest: undefined, permanentFlags: permanentFlags(undefined), addsKeyword: false };
  return { ...story, traits: perSide((side) => ({ ...story.traits[side], ...unlimited })) };
}

export function flipped(story: Story): Story {
  return {
    ...story,
    traits: exchanged(story.traits),
    gap: exchanged(story.gap),
    acts: story.acts.map((one) => ({ ...one, side: otherSide(one.side) })),
    schedule: [
      ...story.schedule,
      ...Array.from({ length: 500 }, (_, i) => sides[(story.schedule.length + i) % 2]!),
    ].map(otherSide),
  };
}

export function exchanged<T>({ local, remote }: PerSide<T>): PerSide<T> {
  return { local: remote, remote: local };
}

/** The world before the clients' acts. */
export function begin(store: Store, { traits, gap, agreed, modSeqs }: Story): World {
  const world = new World(store, traits);
  for (const on of sides) world.mailboxes[on].modSeqs = modSeqs?.[on] ?? "kept";
  const filler = { bytes: Buffer.from("\r\n\r\n"), internalDate: "" };
  for (const on of sides) {
    const mailbox = world.mailboxes[on];
    for (let i = 0; i < gap[on]; i++) mailbox.expunge(mailbox.append(filler, flagSet([])));
  }
  if (agreed.length === 0) return world;
  const rows = agreed.map((one) => perSide((on) => world.mailboxes[on].append(one.content, one.flags)));
  store.mappings.add(world.idx, rows);
  const count = agreed.length;
  store.checkpoint(
    world.idx,
    perSide((on) => world.mailboxes[on].state),
    { local: count, remote: count },
  );
  return world;
}

/** Returns the bodies of the messages that were expunged. */
export function perform(world: World, acts: readonly Act[]): string[] {
  const expunged: string[] = [];
  for (const one of acts) {
    const mailbox = world.mailboxes[one.side];
    const there = mailbox.inUidOrder;
    switch (one.kind) {
      case "append":
        mailbox.append(one.content, one.flags);
        break;
      case "renumber":
        mailbox.renumber();
        break;
      default: {
        const message = there[one.which % there.length];
        if (message === undefined) break;
        if (one.kind === "expunge") {
          mailbox.expunge(message.uid);
          expunged.push(bodyOf(message));
        } else mailbox.store(message.uid, one.adds ? unionFlags(message.flags, one.flags) : one.flags, false);
      }
    }
  }
  return expunged;
}

/** Tells the story, and then does whatever there is to do and to check. */
export async function told<T>(store: Store, story: Story, check: (world: World) => Promise<T>): Promise<T> {
  const world = begin(store, story);
  try {
    perform(world, story.acts);
    return await check(world);
  } finally {
    world.close();
  }
}
