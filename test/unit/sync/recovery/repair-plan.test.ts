import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MessageIdentity } from "../../../../src/imap/verbs/fetch.ts";
import { identityKey } from "../../../../src/mail/matching/match-plan.ts";
import { noFlags } from "../../../../src/model/flags.ts";
import { instantOf } from "../../../../src/model/internal-date.ts";
import { emptyUidSet, uidSetOf } from "../../../../src/model/uid-set.ts";
import { shownUidSet } from "../../../../src/model/uid-set-text.ts";
import { planRepair, type RepairPlan, type RepairSituation } from "../../../../src/sync/recovery/repair-plan.ts";

/** `name` tells Message-ID and date; the size is 100 unless it says otherwise. */
function message(uid: number, name: string, differing: Partial<MessageIdentity> = {}): MessageIdentity {
  const day = String(10 + name.charCodeAt(0) - "a".charCodeAt(0));
  const size = 100 + name.charCodeAt(0);
  return {
    uid,
    flags: noFlags,
    date: instantOf(`${day}-Jan-2024 00:00:00 +0000`),
    size,
    messageId: `<${name}@x>`,
    ...differing,
  };
}

interface Given extends Partial<Omit<RepairSituation, "rows" | "messages">> {
  readonly rows: readonly (readonly [local: number, remote: number])[];
  readonly local: readonly MessageIdentity[];
  readonly remote: readonly MessageIdentity[];
}

function plan({ rows, local, remote, ...rest }: Given): RepairPlan {
  const byUid = (messages: readonly MessageIdentity[]): Map<number, MessageIdentity> =>
    new Map(messages.map((one) => [one.uid, one]));
  return planRepair({
    rows: rows.map(([here, there]) => ({ local: here, remote: there })),
    messages: { local: byUid(local), remote: byUid(remote) },
    uidNext: { local: 50, remote: 50 },
    floors: { local: 40, remote: 40 },
    vanished: { local: emptyUidSet, remote: emptyUidSet },
    refused: { local: new Set(), remote: new Set() },
    isDoubtful: { local: false, remote: false },
    prints: new Map(),
    keyOf: identityKey,
    ...rest,
  });
}

/** What a plan does, in short. */
function shown({ drop, adopt, propagate, anomalies }: RepairPlan): Record<string, readonly string[]> {
  const lines = {
    drop: drop.map(({ local, remote }) => `${local}-${remote}`),
    adopt: adopt.map(({ local, remote }) => `${local.uid}-${remote.uid}`),
    propagate: [shownUidSet(propagate.local), shownUidSet(propagate.remote)].filter((set) => set !== ""),
    anomalies: anomalies.map(({ kind, side, uids }) => `${kind} ${side} ${shownUidSet(uids)}`),
  };
  return Object.fromEntries(Object.entries(lines).filter(([, found]) => found.length > 0));
}

describe("healthy pairs stay", () => {
  test("equal ones", () => {
    const local = [message(1, "a"), message(2, "b")];
    const remote = [message(7, "a", { date: instantOf("10-Jan-2024 02:00:00 +0200") }), message(8, "b")];
    const found = plan({ rows: [[1, 7], [2, 8]], local, remote }); // prettier-ignore
    assert.deepEqual(shown(found), {});
    assert.equal(found.keep.length, 2);
  });

  for (const [what, altered] of [
    ["another size", { size: 1 }],
    ["another date", { date: instantOf("01-Jan-1970 00:00:00 +0000") }],
    ["another date and size", { date: instantOf("01-Jan-1970 00:00:00 +0000"), size: 1 }],
    ["another Message-ID", { messageId: "<rewritten@x>" }],
    ["no Message-ID", { messageId: undefined }],
    ["no Message-ID and another date and size", { messageId: undefined, date: instantOf(""), size: 1 }],
  ] as const) {
    test(`altered by a server: ${what}`, () => {
      const local = [message(1, "a"), message(2, "b")];
      const remote = [message(7, "a", altered), message(8, "b")];
      assert.deepEqual(shown(plan({ rows: [[1, 7], [2, 8]], local, remote })), {}); // prettier-ignore
    });
  }

  test("altered ones whose alterations look like others' originals", () => {
    const same = { messageId: "<same@x>", date: instantOf("10-Jan-2024 00:00:00 +0000") };
    const local = [message(1, "a", { ...same, size: 100 }), message(2, "a", { ...same, size: 102 })];
    const remote = [message(7, "a", { ...same, size: 102 }), message(8, "a", { ...same, size: 104 })];
    assert.deepEqual(shown(plan({ rows: [[1, 7], [2, 8]], local, remote })), {}); // prettier-ignore
  });

  test("messages beyond the checkpoint, empty ones and refused ones are no anomalies", () => {
    const local = [message(41, "a"), message(3, "b", { size: 0 }), message(4, "c")];
    const refused = { local: new Set([4]), remote: new Set<number>() };
    assert.deepEqual(shown(plan({ rows: [], local, remote: [], refused })), {});
  });
});

describe("rows that are wrong", () => {
  test("swapped ones are dropped, and their messages matched", () => {
    const local = [message(1, "a"), message(2, "b")];
    const remote = [message(7, "a"), message(8, "b")];
    assert.deepEqual(
      shown(
        plan({
          rows: [
            [1, 8],
            [2, 7],
          ],
          local,
          remote,
        }),
      ),
      {
        // prettier-ignore
        drop: ["1-8", "2-7"],
        adopt: ["1-7", "2-8"],
        anomalies: ["mispaired local 1:2"],
      },
    );
  });

  test("different in every respect: dropped, even if there is no partner", () => {
    const found = plan({ rows: [[1, 8]], local: [message(1, "a")], remote: [message(8, "b")] });
    assert.deepEqual(shown(found), { drop: ["1-8"], anomalies: ["mispaired local 1"] });
  });

  test("similar, but one of them was refused and the other has an equal: dropped, and the equal ones are matched", () => {
    const local = [message(1, "a")];
    const remote = [message(7, "b", { messageId: undefined, size: local[0]!.size }), message(8, "a")];
    const found = plan({ rows: [[1, 7]], local, remote, refused: { local: new Set(), remote: new Set([7]) } }); // prettier-ignore
    assert.deepEqual(shown(found), { drop: ["1-7"], adopt: ["1-8"], anomalies: ["mispaired local 1", "unrecorded remote 8"] }); // prettier-ignore
  });

  test("a UID that was never assigned: dropped, the other message is free", () => {
    for (const uid of [0, 50, 4_000_000_000]) {
      const found = plan({ rows: [[1, uid]], local: [message(1, "a")], remote: [message(7, "a")] });
      assert.deepEqual(shown(found), {
        drop: [`1-${uid}`],
        adopt: ["1-7"],
        anomalies: [`never-assigned remote ${uid}`, "unrecorded remote 7"],
      });
    }
  });

  test("a UID that was never assigned is no deletion, whatever the server calls vanished", () => {
    const vanished = { local: emptyUidSet, remote: uidSetOf([60]) };
    const found = plan({ rows: [[1, 60]], local: [message(1, "a")], remote: [], vanished });
    assert.deepEqual(shown(found), { drop: ["1-60"], anomalies: ["never-assigned remote 60"] });
  });
});

describe("messages that are gone", () => {
  const rows = [[1, 7]] as const;

  test("by the server's word: the deletion is carried over", () => {
    const vanished = { local: emptyUidSet, remote: uidSetOf([7]) };
    assert.deepEqual(shown(plan({ rows, local: [message(1, "a")], remote: [], vanished })), { propagate: ["7"] });
  });

  for (const [what, more] of [
    ["was not there at the checkpoint", { floors: { local: 1, remote: 40 } }],
    ["may not have been: the recorded UIDNEXT is beyond the server's", { floors: { local: 51, remote: 40 } }],
    ["was refused", { refused: { local: new Set([1]), remote: new Set<number>() } }],
  ] as const) {
    test(`by the server's word, but the message that is left ${what}: nothing is deleted`, () => {
      const vanished = { local: emptyUidSet, remote: uidSetOf([7]) };
      const found = plan({ rows, local: [message(1, "a")], remote: [], vanished, ...more });
      assert.deepEqual(shown(found), { drop: ["1-7"], anomalies: ["gone remote 7"] });
    });
  }

  test("without a word: the row is dropped, so that the message is copied again", () => {
    const found = plan({ rows, local: [message(1, "a")], remote: [] });
    assert.deepEqual(shown(found), { drop: ["1-7"], anomalies: ["gone remote 7"] });
  });

  test("but an equal one is there: nothing is deleted", () => {
    const vanished = { local: emptyUidSet, remote: uidSetOf([7]) };
    const found = plan({ rows, local: [message(1, "a")], remote: [message(9, "a")], vanished });
    assert.deepEqual(shown(found), {
      drop: ["1-7"],
      adopt: ["1-9"],
      anomalies: ["replaced remote 7", "unrecorded remote 9"],
    });
  });

  test("a deletion does not reach a message whose row was swapped, while its own copy is there", () => {
    const vanished = { local: emptyUidSet, remote: uidSetOf([8]) };
    const local = [message(1, "a"), message(2, "b")];
    const found = plan({ rows: [[1, 8], [2, 7]], local, remote: [message(7, "a")], vanished }); // prettier-ignore
    assert.deepEqual(shown(found), {
      drop: ["1-8", "2-7"],
      adopt: ["1-7"],
      anomalies: ["replaced remote 8", "mispaired local 2"],
    });
  });

  test("on both sides: the row is dropped, and worth a word only if the servers gave none", () => {
    assert.deepEqual(shown(plan({ rows, local: [], remote: [] })), {
      drop: ["1-7"],
      anomalies: ["gone-on-both local 1"],
    });
    const vanished = { local: uidSetOf([1]), remote: uidSetOf([7]) };
    assert.deepEqual(shown(plan({ rows, local: [], remote: [], vanished })), { propagate: ["1", "7"] });
  });
});

test("messages without a row are matched, k with m, and the rest is left to be copied", () => {
  const twin = (uid: number): MessageIdentity => message(uid, "t");
  const found = plan({ rows: [], local: [twin(1), twin(2), twin(3)], remote: [twin(8), twin(9), message(10, "z")] });
  assert.deepEqual(shown(found), {
    adopt: ["1-8", "2-9"],
    anomalies: ["unrecorded local 1:3", "unrecorded remote 8:10"],
  });
});
