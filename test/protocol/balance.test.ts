// A side has as many messages as are recorded of it; where it has not, the server is asked which there are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type PerSide, type Side, sides } from "../../src/model/side.ts";
import { failsWith } from "./fixture.ts";
import {
  appended,
  asked,
  before,
  date,
  expunged,
  fetched,
  freshTags,
  mapping,
  type Now,
  selected,
  settled,
  sizes,
  withScene,
} from "./mailbox-scene.ts";

function searched(uids: string, found: string): string {
  const [s] = freshTags("s");
  return `
    C: ${s} UID SEARCH UID ${uids}
    S: * SEARCH ${found}
    S: ${s} OK`;
}

/** No message should be there. */
const beyondUidNext = "3:4294967295";

/** Selected once more, for all that happened since the last run. */
function again(now: Now = {}, more = ""): string {
  const [a] = freshTags("a");
  return selected(now, more).replace("(7 5 1:2)", "(7 5)").replace("C: s ", `C: ${a!} `).replace("S: s ", `S: ${a!} `);
}

function noop(): string {
  const [n] = freshTags("n");
  return `
    C: ${n} NOOP
    S: ${n} OK`;
}

/** What `side` says, and what the other one does. */
function scripts(side: Side, here: string, there: string): PerSide<string> {
  return side === "local" ? { local: here, remote: there } : { local: there, remote: here };
}

for (const side of sides) {
  test(`a message that is gone from the ${side} side without a word comes back`, async () => {
    const here =
      selected({ exists: 1, modSeq: 6 }) +
      again({ exists: 1, modSeq: 6 }) +
      searched("1:2", "2") +
      silent(1) +
      noop() +
      appended(3) +
      settled({ uidNext: 4, exists: 2, modSeq: 7 });
    const there = selected() + sizes(2) + fetched(2) + settled();
    await withScene(scripts(side, here, there), async (scene) => {
      await scene.sync();
      assert.deepEqual(mapping(scene), side === "local" ? { 1: 2, 2: 3 } : { 2: 1, 3: 2 });
      const [gone] = scene.events;
      assert.equal(gone?.type === "anomaly" && gone.kind, "gone");
    });
  });

  test(`a deletion that the ${side} server tells only when it is asked once more is carried over`, async () => {
    const now = { exists: 1, modSeq: 6 };
    const here =
      selected(now) +
      again(now, "S: * VANISHED (EARLIER) 1") +
      searched("1:2", "2") +
      silent(1) +
      noop() +
      asked("1", { exists: 1 }) +
      settled(now);
    const there = selected() + expunged + settled(now);
    await withScene(scripts(side, here, there), async (scene) => {
      await scene.sync();
      assert.deepEqual(mapping(scene), side === "local" ? { 1: 2 } : { 2: 1 });
    });
  });

  test(`a message that the ${side} server never told of is noticed by its count, and copied`, async () => {
    const here =
      selected() + again() + searched("1", "1") + searched("2", "2") + noop() + sizes(2) + fetched(2) + settled();
    const there = selected({ exists: 1 }) + appended(3) + settled({ uidNext: 4, exists: 2 });
    await withScene(scripts(side, here, there), async (scene) => {
      scene.store.mappings.remove(scene.idx, [side === "local" ? 2 : 1]);
      await scene.sync();
      assert.deepEqual(mapping(scene), side === "local" ? { 2: 1, 3: 2 } : { 1: 2, 2: 3 });
    });
  });

  test(`a count of the ${side} server that is not true changes nothing`, async () => {
    for (const exists of [0, 1, 3, 1000]) {
      // More messages than UIDs below UIDNEXT: UIDNEXT may be wrong.
      const beyond = exists > 2 ? searched(beyondUidNext, "") : "";
      const here = selected({ exists }) + beyond + again() + searched("1:2", "1 2") + noop();
      await withScene(scripts(side, here, selected()), async (scene) => {
        await scene.sync();
        assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      });
    }
  });

  test(`a count of the ${side} server that stays, and that no message explains, is told`, async () => {
    const here =
      selected({ exists: 3 }) +
      searched(beyondUidNext, "") +
      again({ exists: 3 }) +
      searched("1:2", "1 2") +
      noop() +
      searched(beyondUidNext, "");
    await withScene(scripts(side, here, selected()), async (scene) => {
      await assert.rejects(
        scene.sync(),
        failsWith("MAILBOX_PROTOCOL", /counts 3 messages but does not list 1 of them/),
      );
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: before, remote: before });
    });
  });

  test(`a search that finds nothing on the ${side} side deletes nothing: what is there answers`, async () => {
    const answers = String.raw`
      C: r UID FETCH 1:2 (UID FLAGS MODSEQ)
      S: * 1 FETCH (UID 1 FLAGS () MODSEQ (5))
      S: * 2 FETCH (UID 2 FLAGS () MODSEQ (5))
      S: r OK`;
    const here = selected({ exists: 1 }) + again() + searched("1:2", "") + answers + noop();
    const there = selected();
    await withScene(scripts(side, here, there), async (scene) => {
      await scene.sync();
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    });
  });
}

/** UID 3 is appended, and UID `told` is told, which does not answer. */
function appendedAs(told: number): string {
  return `
    C: p APPEND box () ${date} {4+}
    C: mail
    S: p OK [APPENDUID 7 ${String(told)}]
    ${silent(told)}`;
}

function silent(uid: number): string {
  const [w] = freshTags("w");
  return `
    C: ${w} UID FETCH ${String(uid)} (UID FLAGS MODSEQ)
    S: ${w} OK`;
}

for (const source of sides) {
  const target = source === "local" ? "remote" : "local";
  const from = selected({ uidNext: 4, modSeq: 6 }) + sizes(3) + fetched(3);
  const described = (asked: string, messageId: string): string => {
    const [i] = freshTags("i");
    const header = `Message-ID: <${messageId}>\r\n\r\n`;
    return `
      C: ${i} UID FETCH ${asked} (UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])
      S: * 3 FETCH (UID 3 INTERNALDATE ${date} RFC822.SIZE 4 BODY[HEADER.FIELDS (MESSAGE-ID)] {${String(header.length)}}
      S: Message-ID: <${messageId}>
      S: 
      S: )
      S: ${i} OK`;
  };

  test(`a copy on the ${target} side under a UID that was not given out is looked for in the next run`, async () => {
    const to =
      selected() +
      appendedAs(9) +
      settled({ uidNext: 4, modSeq: 6 }) +
      silent(9) +
      settled({ uidNext: 4, modSeq: 6 }) +
      again({ uidNext: 4, modSeq: 5 }) +
      silent(9) +
      silent(9);
    await withScene(scripts(source, from, to), async (scene) => {
      await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /reported UID 9 .* has no such message/));
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      assert.deepEqual(scene.store.transfers.interruption(scene.idx), { local: 3, remote: 3 });
      assert.deepEqual(scene.store.mailboxes()[0]?.states, { local: before, remote: before });
    });
  });

  test(`a copy on the ${target} side that is there under another UID is looked for in the next run`, async () => {
    const to =
      selected() +
      appendedAs(4) +
      settled({ uidNext: 5, exists: 3 }) +
      silent(4) +
      again({ uidNext: 5, exists: 3, modSeq: 5 }) +
      silent(4) +
      silent(4) +
      described("3:4", "x");
    await withScene(scripts(source, from + described("3", "x"), to), async (scene) => {
      await assert.rejects(scene.sync(), failsWith("MAILBOX_PROTOCOL", /reported UID 4 .* has no such message/));
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
    });
  });

  test(`a copy on the ${target} side that somebody deleted at once is deleted on the other, too`, async () => {
    const to =
      selected() +
      appendedAs(3) +
      settled({ uidNext: 4, exists: 2 }) +
      silent(3) +
      again({ uidNext: 4, exists: 2, modSeq: 5 }, "S: * VANISHED (EARLIER) 3") +
      silent(3) +
      asked("3") +
      settled({ uidNext: 4, exists: 2, modSeq: 7 });
    await withScene(
      scripts(source, from + expunged.replaceAll(" 2", " 3") + settled({ uidNext: 4, exists: 2, modSeq: 7 }), to),
      async (scene) => {
        await scene.sync();
        assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      },
    );
  });

  test(`a copy that the ${target} server took and does not have is offered again in time`, async () => {
    const to =
      selected() +
      appendedAs(3) +
      settled({ uidNext: 4, exists: 2 }) +
      silent(3) +
      again({ uidNext: 4, exists: 2, modSeq: 5 }) +
      silent(3) +
      silent(3);
    await withScene(scripts(source, from, to), async (scene) => {
      await scene.sync();
      assert.deepEqual(mapping(scene), { 1: 2, 2: 1 });
      assert.deepEqual(
        scene.store.refusals.messages(scene.idx).map(({ side, uid }) => [side, uid]),
        [[source, 3]],
      );
    });
  });
}
