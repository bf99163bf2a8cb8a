import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { fingerprint } from "../../../../src/model/fingerprint.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { type PerSide, perSide, type Side, sides } from "../../../../src/model/side.ts";
import {
  needsTexts,
  type Standing,
  standingsByText,
  standingsOf,
} from "../../../../src/sync/identity/recorded-pair.ts";

type Look = Partial<Pick<MessageIdentity, "messageId" | "date" | "size">>;

const nameless: Look = { messageId: undefined };

function message(look: Look = {}): MessageIdentity {
  return { uid: 1, flags: noFlags, date: 1000, size: 10, messageId: "<a>", ...look };
}

/** Of one side, and of the other. */
type Both<T> = readonly [here: T, there: T];

function on<T>(side: Side, [here, there]: Both<T>): PerSide<T> {
  return perSide((one) => (one === side ? here : there));
}

const [same, other, gone, unknown] = ["same", "other", "gone", "unknown"] as const;
/** Recorded of a side: what it looked like; undefined: nothing. Then what is there, and how that stands. */
type Case = readonly [what: string, was: Both<Look | undefined>, now: Both<Look | undefined>, stands: Both<Standing>];

const cases: readonly Case[] = [
  ["both look as they did", [{}, {}], [{}, {}], [same, same]],
  ["they differ, and did", [{}, { messageId: "<b>", size: 12 }], [{}, { messageId: "<b>", size: 12 }], [same, same]],
  ["one is another", [{}, {}], [{}, { messageId: "<b>" }], [same, other]],
  ["both are others", [{}, {}], [{ messageId: "<b>" }, { messageId: "<c>" }], [other, other]],
  ["both are the same other", [{}, {}], [{ messageId: "<b>" }, { messageId: "<b>" }], [other, other]],
  ["one is gone", [{}, {}], [{}, undefined], [same, gone]],
  ["one is gone, and the other is another", [{}, {}], [{ messageId: "<b>" }, undefined], [other, gone]],
  ["one is gone, and of the other nothing is known", [undefined, {}], [{}, undefined], [unknown, gone]],
  ["both are gone", [{}, {}], [undefined, undefined], [gone, gone]],
  ["nothing is known, and they are equal", [undefined, undefined], [{}, {}], [same, same]],
  ["nothing is known, and they differ", [undefined, undefined], [{}, { messageId: "<b>" }], [unknown, unknown]],
  ["nothing is known, and the sizes differ", [undefined, undefined], [{}, { size: 12 }], [unknown, unknown]],
  ["nothing is known, equal without Message-ID", [undefined, undefined], [nameless, nameless], [same, same]],
  [
    "nothing is known, of other dates without Message-ID",
    [undefined, undefined],
    [nameless, { ...nameless, date: 2000 }],
    [unknown, unknown],
  ],
  ["one has another size", [{}, {}], [{}, { size: 12 }], [same, unknown]],
  ["one had another size, and both are equal", [{}, { size: 12 }], [{}, {}], [same, same]],
  ["both have the same other size", [{}, {}], [{ size: 12 }, { size: 12 }], [same, same]],
  ["one was told otherwise, and both are equal", [{}, { messageId: "<XX>" }], [{}, {}], [same, same]],
  [
    "equal without Message-ID, and one is another",
    [nameless, undefined],
    [
      { ...nameless, date: 2000 },
      { ...nameless, date: 2000 },
    ],
    [other, unknown],
  ],
  [
    "equal, one is another, of one nothing is known",
    [{}, undefined],
    [{ messageId: "<b>" }, { messageId: "<b>" }],
    [other, unknown],
  ],
];

describe("without their texts", () => {
  for (const [what, was, now, stands] of cases) {
    for (const side of sides) {
      test(`${side}: ${what}`, () => {
        const recorded = on(side, was);
        const prints = perSide((one) => recorded[one] && fingerprint(message(recorded[one])));
        const held = on(side, now);
        const standings = standingsOf(
          { prints },
          perSide((one) => held[one] && message(held[one])),
        );
        assert.deepEqual(standings, on(side, stands));
      });
    }
  }
});

test("texts are asked for where both messages are there, and one of them at most is what it was", () => {
  const all = [same, other, gone, unknown];
  const pairs = all.flatMap((here) => all.map((there): Both<Standing> => [here, there]));
  const needing = pairs.filter(([local, remote]) => needsTexts({ local, remote }));
  assert.deepEqual(
    new Set(needing.map(([here, there]) => `${here} ${there}`)),
    new Set([
      "same other",
      "same unknown",
      "other same",
      "other unknown",
      "unknown same",
      "unknown other",
      "unknown unknown",
    ]),
  );
});

describe("with their texts", () => {
  const judge = (
    side: Side,
    told: Both<Standing>,
    [here, there]: Both<Look & { text?: string; author?: string }>,
  ): PerSide<Standing> => {
    const read = on(side, [here, there]);
    const pair = perSide((one) => ({
      text: "text",
      author: "author",
      isDated: true,
      ...message(read[one]),
      ...read[one],
    }));
    return standingsByText(on(side, told), pair);
  };
  for (const side of sides) {
    const is = (
      told: Both<Standing>,
      looks: Both<Look & { text?: string; author?: string }>,
      stands: Both<Standing>,
    ): void => {
      assert.deepEqual(judge(side, told, looks), on(side, stands));
    };
    test(`${side}: a server altered the Message-ID`, () => {
      is([same, other], [{}, { messageId: "<XX>" }], [same, same]);
      is([unknown, unknown], [{}, { messageId: undefined }], [same, same]);
    });
    test(`${side}: the same text by somebody else`, () => {
      is([same, other], [{}, { messageId: "<b>", author: "another" }], [same, other]);
      is([unknown, unknown], [{}, { messageId: "<b>", author: "another" }], [other, other]);
    });
    test(`${side}: another version`, () => {
      is([same, unknown], [{}, { text: "another" }], [same, other]);
      is([unknown, unknown], [{}, { text: "another" }], [other, other]);
    });
    test(`${side}: date and size alone do not prove that it is the other one`, () => {
      is([same, unknown], [nameless, { ...nameless, text: "another" }], [other, other]);
      is([same, other], [nameless, { text: "another" }], [same, other]);
    });
    test(`${side}: two others may be each other's copies`, () => {
      is([other, unknown], [nameless, nameless], [other, unknown]);
    });
  }
});
