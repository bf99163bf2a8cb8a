// The look at a few recorded messages that leaves together with SELECT: what follows from what it shows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fingerprint } from "../../src/model/fingerprint.ts";
import { instantOf } from "../../src/model/internal-date.ts";
import { otherSide, perSide, type Side, sides } from "../../src/model/side.ts";
import { date, freshTags, mapping, type Scene, selected, settled, withScene } from "./mailbox-scene.ts";

const items = "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])";

/** The look, and what is there. */
function looked(uids: string, there: Readonly<Record<number, string>> = {}): string {
  const [i] = freshTags("i");
  const answers = Object.entries(there).map(([uid, id]) => {
    const literal = `{${String(id.length + 16)}}`;
    return `
      S: * ${uid} FETCH (UID ${uid} INTERNALDATE ${date} RFC822.SIZE 4 BODY[HEADER.FIELDS (MESSAGE-ID)] ${literal}
      S: Message-ID: ${id}
      S:
      S: )`;
  });
  return `
    C: ${i} UID FETCH ${uids} ${items}
    ${answers.join("")}
    S: ${i} OK`;
}

function read(uid: number, flags: string, text = "mail"): string {
  const [f] = freshTags("f");
  return `
    C: ${f} UID FETCH ${uid} (UID FLAGS INTERNALDATE BODY.PEEK[])
    S: * ${uid} FETCH (UID ${uid} FLAGS (${flags}) INTERNALDATE ${date} BODY[] {${text.length}}
    S: ${text})
    S: ${f} OK`;
}

/** All messages are compared; that is as far as it goes. */
const compared = `
  C: all UID FETCH 1:6 ${items.replace("UID", "UID FLAGS")}
  close`;

/** What the row with that local UID was like, on both sides. */
function remember({ store, idx }: Scene, local: number, remote: number): void {
  const print = fingerprint({ messageId: `<${local}>`, size: 4, date: instantOf(date) });
  store.fingerprints.set(idx, [{ local, remote, prints: { local: print, remote: print } }]);
}

const oldest = { local: { 1: "<1>", 2: "<2>", 3: "<3>" }, remote: { 1: "<2>", 2: "<1>", 3: "<3>" } };

describe("where the newest of one side are gone, older ones are looked at", () => {
  for (const side of sides) {
    test(`${side}: what is another message among the newest of the other side is not forgotten`, async () => {
      const opened = (more: string): string =>
        selected({ uidNext: 7, exists: 6, modSeq: 9 }, more).replace("1:2", "1:6");
      const scripts = {
        [side]: opened("S: * VANISHED (EARLIER) 4:6") + looked("4:6") + looked("1:3", oldest[side]),
        [otherSide(side)]:
          opened("") + looked("4:6", { 4: "<x>", 5: "<y>", 6: "<6>" }) + looked("1:3", oldest[otherSide(side)]),
      } as Record<Side, string>;
      await withScene(
        perSide((one) => scripts[one] + compared),
        async (scene) => {
          const { store, idx, events } = scene;
          store.mappings.add(
            idx,
            [3, 4, 5, 6].map((uid) => ({ local: uid, remote: uid })),
          );
          for (const [local, remote] of [
            [1, 2],
            [2, 1],
            [3, 3],
            [4, 4],
            [5, 5],
            [6, 6],
          ] as const)
            remember(scene, local, remote);
          const state = { uidValidity: 7, uidNext: 7, highestModSeq: 5n };
          store.checkpoint(idx, { local: state, remote: state });
          await assert.rejects(scene.sync());
          assert.deepEqual(
            events.flatMap((event) => (event.type === "went-back" ? [event.side] : [])),
            [otherSide(side)],
          );
        },
      );
    });
  }
});

for (const side of sides) {
  test(`${side}: flags told of a message that has to be read are carried over`, async () => {
    const seen = String.raw`S: * 2 FETCH (UID 2 FLAGS (\Seen) MODSEQ (6))`;
    const stored = String.raw`
      C: m UID STORE 1 (UNCHANGEDSINCE 5) FLAGS.SILENT (\Seen)
      S: * 1 FETCH (UID 1 MODSEQ (6))
      S: m OK`;
    const scripts = {
      [side]: selected({ modSeq: 6 }, seen) + looked("1:2", { 1: "<1>", 2: "<2>" }) + read(2, String.raw`\Seen`),
      [otherSide(side)]:
        selected() + looked("1:2", { 1: "<XX>", 2: "<1>" }) + read(1, "") + stored + settled({ modSeq: 6 }),
    } as Record<Side, string>;
    await withScene(scripts, async (scene) => {
      await scene.sync();
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    });
  });
}

for (const side of sides) {
  test(`${side}: what looks like another message, and cannot be read, is one`, async () => {
    const uid = side === "local" ? 2 : 1;
    const unreadable = `
      C: f UID FETCH ${uid} (UID FLAGS INTERNALDATE BODY.PEEK[])
      S: f NO [SERVERBUG] no`;
    const is = { local: { 1: "<1>", 2: "<2>" }, remote: { 1: "<2>", 2: "<1>" } };
    const scripts = {
      [side]: selected() + looked("1:2", { ...is[side], [uid]: "<x>" }) + unreadable,
      [otherSide(side)]: selected() + looked("1:2", is[otherSide(side)]) + read(3 - uid, ""),
    } as Record<Side, string>;
    await withScene(
      perSide((one) => scripts[one] + compared.replace("1:6", "1:2")),
      async (scene) => {
        remember(scene, 1, 2);
        remember(scene, 2, 1);
        await assert.rejects(scene.sync());
        assert.deepEqual(
          scene.events.flatMap((event) => (event.type === "went-back" ? [event.side] : [])),
          [side],
        );
      },
    );
  });
}
