// What a job says of a run beside its lines: progress, folders, and what is left.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import type { CopyEvent } from "../../../src/copier/events.ts";
import { Statistics } from "../../../src/copier/report/statistics.ts";
import type { JobMessage } from "../../../src/job/job-message.ts";
import type { MessageOutput } from "../../../src/job/message-output.ts";
import { RunTeller } from "../../../src/job/tell-run.ts";
import { uidRange } from "../../../src/model/uid-set.ts";
import { copierOptions } from "../../support/copier-accounts.ts";

mock.timers.enable({ apis: ["setTimeout"] });

const pair = { folder1: "INBOX", folder2: "R&-D" };
const begun: CopyEvent = { type: "folder-begun", index: 1, of: 1, ...pair };
const compared: CopyEvent = { type: "folder-compared", ...pair, onlyOn1: 0, onlyOn2: 0 };
const left: CopyEvent = { type: "folder-left", ...pair };
const size = { messages: 10, octets: 1000, biggest: 1 };

function read(messages: number, selected = messages): CopyEvent {
  const none = { duplicates: 0, withoutHeaders: 0 };
  return { type: "folder-read", host: 1, folder: "INBOX", messages, selected, identified: selected, ...none };
}

function copied(uid1: number): CopyEvent {
  return { type: "message-copied", ...pair, uid1, uid2: uid1, octets: 100 };
}

function skipped(
  reason: Extract<CopyEvent, { type: "messages-skipped" }>["reason"],
  from: number,
  to: number,
): CopyEvent {
  return { type: "messages-skipped", ...pair, uids: uidRange(from, to), octets: 100 * (to - from + 1), reason };
}

const failed: CopyEvent = {
  ...{ type: "message-failed", ...pair, uid1: 9, octets: 3 },
  error: { kind: "append", text: "no\x1b[2J" },
};

class Told {
  readonly messages: JobMessage[] = [];
  readonly #statistics = new Statistics(new Date());
  readonly #teller: RunTeller;

  constructor(...argv: readonly string[]) {
    const output: Pick<MessageOutput, "send" | "sendAll"> = {
      send: (message) => void this.messages.push(message),
      sendAll: (messages) => void this.messages.push(...messages),
    };
    const options = copierOptions("--host1=a", ...argv);
    this.#teller = new RunTeller(output as MessageOutput, this.#statistics, options);
  }

  emit(...events: readonly CopyEvent[]): this {
    for (const event of events) {
      this.#statistics.note(event);
      this.#teller.emit(event);
    }
    return this;
  }

  end(): this {
    this.#teller.end();
    return this;
  }

  of<Type extends JobMessage["type"]>(type: Type): Extract<JobMessage, { type: Type }>[] {
    return this.messages.filter((one): one is Extract<JobMessage, { type: Type }> => one.type === type);
  }
}

test("the sums of a folder are those of its messages", () => {
  const told = new Told().emit(
    ...[
      begun,
      read(20, 19),
      compared,
      skipped("present", 1, 8),
      skipped("duplicate", 9, 9),
      skipped("too-large", 11, 12),
    ],
    ...[...[13, 14, 15, 16, 17, 18, 19].map(copied), failed, left],
  );
  const last = told.end().of("folder").at(-1);
  assert.deepEqual(last, {
    ...{
      type: "folder",
      folder1: "INBOX",
      folder2: "R&D",
      state: "done",
      isNew: false,
      messages: 20,
      octets: undefined,
    },
    ...{ copied: 7, toCopy: 0, present: 8, duplicates: 1, filtered: 3, failed: 1 },
  });
});

test("a folder is told of before its turn, and only what changed, and seldom", () => {
  const told = new Told();
  told.emit({ type: "sizing", when: "before" });
  told.emit({ type: "folder-sized", index: 1, of: 2, ...pair, size1: size, size2: undefined });
  told.emit({ type: "folder-sized", index: 2, of: 2, folder1: "Z", folder2: "Z", size1: size, size2: size });
  mock.timers.tick(250);
  assert.deepEqual(
    told.of("folder").map(({ folder1, state, isNew, messages, octets }) => [folder1, state, isNew, messages, octets]),
    [
      ["INBOX", "waiting", true, 10, 1000],
      ["Z", "waiting", false, 10, 1000],
    ],
  );
  told.emit(begun, read(1000), ...Array.from({ length: 1000 }, (_, i) => copied(i + 1)));
  const before = told.of("folder").length;
  mock.timers.tick(250);
  mock.timers.tick(250);
  const [last, ...more] = told.of("folder").slice(before);
  assert.deepEqual([last?.folder1, last?.copied, last?.state, more.length], ["INBOX", 1000, "copying", 0]);
});

test("a folder that was not compared to its end has failed", () => {
  for (const events of [
    [begun, left],
    [begun, read(3), left],
    [begun, read(3), compared, copied(1), left],
    [begun, read(3)],
  ])
    assert.equal(
      new Told()
        .emit(...events)
        .end()
        .of("folder")
        .at(-1)?.state,
      "failed",
    );
});

test("where the folder cannot be made, its messages are left", () => {
  const toCopy: CopyEvent = { type: "messages-to-copy", ...pair, uids: uidRange(1, 2), octets: 200 };
  const events = [begun, read(2), compared, toCopy, left];
  const told = new Told().emit(...events).end();
  const { state, toCopy: would, failed: count } = told.of("folder").at(-1)!;
  assert.deepEqual([state, would, count], ["failed", 0, 2]);
  assert.deepEqual(
    told.of("left").map(({ uid1, isError }) => [uid1, isError]),
    [
      [1, true],
      [2, true],
    ],
  );
  const dry = new Told("--dry").emit(...events).end();
  assert.deepEqual([dry.of("folder").at(-1)?.toCopy, dry.of("folder").at(-1)?.state], [2, "done"]);
  assert.deepEqual(dry.of("left"), []);
});

test("messages that are left come with the reason", () => {
  const told = new Told().emit(
    begun,
    read(9),
    skipped("present", 1, 3),
    skipped("too-small", 4, 5),
    skipped("vanished", 6, 6),
  );
  told.emit({ ...skipped("too-large", 7, 7), detail: "larger than 5 bytes" } as CopyEvent, failed);
  assert.deepEqual(
    told
      .of("left")
      .map(({ folder1, folder2, uid1, octets, reason, isError }) => [folder1, folder2, uid1, octets, reason, isError]),
    [
      ["INBOX", "R&D", 4, undefined, "it is too small", false],
      ["INBOX", "R&D", 5, undefined, "it is too small", false],
      ["INBOX", "R&D", 6, 100, "it has gone from host1", false],
      ["INBOX", "R&D", 7, 100, "it is too large (larger than 5 bytes)", false],
      ["INBOX", "R&D", 9, 3, "no\\x1b[2J", true],
    ],
  );
});

test("progress goes through its phases, and counts", () => {
  const told = new Told().emit({ type: "logged-in" }, { type: "sizing", when: "before" });
  const account = { ...size, folders: 1, seconds: 0 };
  told.emit({ type: "accounts-sized", when: "before", size1: account, size2: account });
  told.emit({ type: "folders-begun", folders: 1 }, begun, read(10), copied(1), skipped("present", 2, 5));
  mock.timers.tick(250);
  const { rate, secondsLeft, ...middle } = told.of("progress").at(-1)!;
  assert.deepEqual(middle, {
    ...{ type: "progress", phase: "copying", messagesDone: 5, messagesTotal: 10, octetsDone: 500, octetsTotal: 1000 },
    errors: 0,
  });
  assert.ok(rate > 0 && Number.isInteger(secondsLeft));
  told.emit(failed, { type: "folders-done" }).end();
  const last = told.of("progress").at(-1)!;
  assert.deepEqual([last.phase, last.errors, last.secondsLeft], ["finishing", 1, undefined]);
  const phases = [...new Set(told.of("progress").map(({ phase }) => phase))];
  assert.deepEqual(phases, ["connecting", "listing", "sizing", "copying", "finishing"]);
});

test("a refused certificate can be accepted as it is told", () => {
  const facts = { reason: "r", subject: "CN=a", issuer: "CN=b", validFrom: "x", validTo: "y" };
  const told = new Told().emit({ type: "certificate-refused", host: 2, certificate: { ...facts, keyDigest: "0a" } });
  assert.deepEqual(told.of("certificate"), [{ type: "certificate", host: 2, ...facts, fingerprint: "sha256$pub$0a" }]);
});
