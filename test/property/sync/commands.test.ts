// Whatever a server tells, what reaches the other one is a sequence of well-formed commands: a strict parser judges.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { withQresync } from "../../../src/imap/abilities.ts";
import { Capabilities } from "../../../src/imap/capabilities.ts";
import { encodeCommand } from "../../../src/imap/codec/write-command.ts";
import type { Command } from "../../../src/imap/command.ts";
import type { Channel } from "../../../src/imap/mailbox/channel.ts";
import type { Session } from "../../../src/imap/session/session.ts";
import { append } from "../../../src/imap/verbs/append.ts";
import { examine } from "../../../src/imap/verbs/examine.ts";
import { list } from "../../../src/imap/verbs/list.ts";
import { create, deleteMailbox, rename, status, subscribe, unsubscribe } from "../../../src/imap/verbs/mailbox.ts";
import { notify } from "../../../src/imap/verbs/notify.ts";
import { select } from "../../../src/imap/verbs/select.ts";
import { storeFlags } from "../../../src/imap/verbs/uid-store.ts";
import { type FlagSet, flagSet, storableFlags } from "../../../src/model/flags.ts";
import { parseInternalDate } from "../../../src/model/internal-date.ts";
import { defaultLimits } from "../../../src/model/server-limits.ts";
import { otherSide, sides } from "../../../src/model/side.ts";
import { uidSetOf } from "../../../src/model/uid-set.ts";
import { openStore } from "../../../src/state/open-store.ts";
import { fc } from "../../support/examples.ts";
import { scratchDirectory } from "../../support/scratch.ts";
import { readCommands } from "../../support/strict-commands.ts";
import { act, begin, options, stories } from "./model/story.ts";

const store = openStore({ path: join(scratchDirectory("commands"), "model.db") });

const octetText = fc.array(fc.nat(255), { maxLength: 40 }).map((octets) => String.fromCharCode(...octets));

const date = fc
  .tuple(
    fc.constantFrom(" ", "", "0", "3", "-"),
    fc.constantFrom("1", "2", "31", "99"),
    fc.constantFrom("Jan", "feb", "DEC", "Foo", "J\xe4n", '"'),
    fc.constantFrom("2024", "1970", "1969", "0000", "99999", "24", "9999"),
    fc.constantFrom(" ", "\t", "  ", "\r\n"),
    fc.constantFrom("00:00:00", "23:59:60", "25:00:00", "1:2:3", "12:00"),
    fc.constantFrom(" +0000", " -0930", " +9999", "", " GMT", ' "', " \xff0000", ") {3+}\r\nabc"),
  )
  .map(([pad, day, month, year, gap, time, zone]) => `${pad}${day}-${month}-${year}${gap}${time}${zone}`);

/** As the reader of responses lets them pass: anything between two spaces. */
const flag = fc
  .oneof(
    fc.constantFrom("\\Seen", "\\Recent", "\\Odd", "$Label", "a]b", "k\xe9y", "NIL", "\\", "x".repeat(5000), "{3+}"),
    octetText,
  )
  .map((text) => text.replace(/[ \r\n\0]/g, "") || "x");

const flags = fc.array(flag, { maxLength: 8 });

const lies = fc.array(
  fc.record({
    internalDate: fc.oneof(date, octetText),
    flags,
    text: fc.constantFrom("", "x2 DELETE Precious\r\n", "a {3+}\r\n"),
    serial: fc.nat(1 << 20),
  }),
  { minLength: 1, maxLength: 6 },
);

test("dates and flags of any kind", async () => {
  const seeds = fc.record({ source: fc.constantFrom(...sides), lies, more: flags, story: stories(act({})) });
  await fc.assert(
    fc.asyncProperty(seeds, async ({ source, lies, more, story }) => {
      const world = begin(store, { ...story, acts: [] });
      try {
        const { [source]: from, [otherSide(source)]: to } = world.mailboxes;
        for (const { internalDate, flags, text, serial } of lies) {
          const bytes = Buffer.from(`Message-ID: <${String(serial)}@lies>\r\n\r\n${text}`);
          const uid = from.append({ bytes, internalDate }, flagSet([]));
          from.messages.get(uid)!.flags = flagSet(flags);
        }
        await world.run();
        // And as changes, on either side.
        for (const message of from.messages.values()) from.store(message.uid, flagSet(more), false);
        for (const message of to.messages.values()) to.store(message.uid, flagSet(["\\Flagged"]), false);
        await world.run();
      } finally {
        world.close();
      }
    }),
    options,
  );
});

/** The octets of all commands that some work sends; each is answered at once. */
async function sentBy(work: (session: Session) => Promise<unknown>, literalPlus: boolean): Promise<Buffer> {
  const sent: Buffer[] = [];
  const run = (command: Command): Promise<unknown> => {
    for (const { chunks } of encodeCommand("a1", command.parts, { literalPlus, literalMinus: false }))
      for (const chunk of chunks) sent.push(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
    const answer = { kind: "tagged", tag: "a1", status: "OK", code: undefined, text: "" } as const;
    command.onAnswered?.(answer);
    return Promise.resolve(answer);
  };
  const capabilities = new Capabilities(["LIST-STATUS"]);
  const session = {
    run,
    side: "local",
    limits: defaultLimits,
    capabilities,
    abilities: withQresync,
  } as unknown as Session;
  // What cannot be sent is refused before it is.
  await work(session).catch((error: unknown) => {
    assert.ok(error instanceof Error && "code" in error, String(error));
  });
  return Buffer.concat(sent);
}

const kinds: readonly ((session: Session, name: string, other: string) => Promise<unknown>)[] = [
  (session, name) => create(session, name),
  (session, name) => deleteMailbox(session, name),
  (session, name) => subscribe(session, name),
  (session, name) => unsubscribe(session, name),
  (session, name, other) => rename(session, name, other),
  (session, name) => status(session, name),
  (session, name) => examine(session, name),
  (session, name) => select(session, name),
  (session, name) => notify(session, { below: name }),
  (session, name, other) => list(session, { selectOptions: [], reference: name, patterns: [other] }),
  (session, name, other) =>
    list(session, { selectOptions: ["SUBSCRIBED", other], reference: "", patterns: [name, other] }),
];

test("names and patterns of any kind", async () => {
  const name = fc.oneof(
    octetText,
    fc.constantFrom("INBOX", "nil", "a b", 'a"b', "a\\b", "caf\xe9", "{3+}", "x".repeat(9000)),
  );
  await fc.assert(
    fc.asyncProperty(name, name, fc.boolean(), async (one, other, literalPlus) => {
      for (const kind of kinds) readCommands(await sentBy((session) => kind(session, one, other), literalPlus));
    }),
    options,
  );
});

test("whatever becomes part of APPEND, STORE and SELECT", async () => {
  const values = fc.record({
    name: octetText,
    told: fc.oneof(date, octetText),
    flags,
    numbers: fc.array(
      fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, 1.5, 0, 2 ** 32, "1:*" as unknown as number)),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    modSeq: fc.bigInt({ min: -2n, max: 2n ** 65n }),
    bytes: fc.uint8Array({ maxLength: 20 }),
  });
  const works: readonly ((session: Channel, value: Value) => Promise<unknown>)[] = [
    (session, { name, told, flags, bytes }) =>
      append(session, { wireName: name, uidValidity: 1, nextUid: 1 }, [
        { flags: storable(flags), date: parseInternalDate(told), bytes: Buffer.from(bytes) },
        { flags: storable([]), date: parseInternalDate("01-Jan-2024 00:00:00 +0000"), bytes: Buffer.from("x y\r\n") },
      ]),
    (session, { numbers, flags, modSeq }) =>
      storeFlags(session, { uids: uidSetOf(numbers), flags: flagSet(flags), unchangedSince: modSeq }),
    (session, { numbers, flags, modSeq }) =>
      storeFlags(session, { uids: uidSetOf(numbers), flags: storable(flags), unchangedSince: modSeq }),
    (session, { name, numbers, modSeq }) => {
      const [uidValidity = 0, uidNext = 0] = numbers;
      const state = { uidValidity, uidNext, highestModSeq: modSeq };
      return select(session, name, {
        known: { state, sequenceSample: numbers.map((one) => [one, one] as const) },
      });
    },
  ];
  await fc.assert(
    fc.asyncProperty(values, fc.boolean(), async (value, literalPlus) => {
      for (const work of works) readCommands(await sentBy((session) => work(session, value), literalPlus));
    }),
    options,
  );
});

interface Value {
  readonly name: string;
  readonly told: string;
  readonly flags: readonly string[];
  readonly numbers: readonly number[];
  readonly modSeq: bigint;
  readonly bytes: Uint8Array;
}

function storable(flags: readonly string[]): FlagSet {
  return storableFlags(flagSet(flags), { names: undefined, mayCreate: true });
}

test("the judge is strict", () => {
  for (const line of [
    'a1 APPEND box (k\xe9y) "01-Jan-2024 00:00:00 +0000" {1+}\r\nx\r\n',
    'a1 APPEND box (a]b) "01-Jan-2024 00:00:00 +0000" {1+}\r\nx\r\n',
    'a1 APPEND box () "" {1+}\r\nx\r\n',
    'a1 APPEND box () "1-Jan-2024 00:00:00 +0000" {1+}\r\nx\r\n',
    'a1 APPEND box () "01-Jan-2024 00:00:00 +0000" {1+}\r\nxy\r\n',
    'a1 APPEND box () "01-Jan-2024 00:00:00 +0000" {9+}\r\nx\r\n',
    "a1 UID STORE 1:* +FLAGS.SILENT (\\Deleted)\r\n",
    "a1 UID STORE 0 +FLAGS.SILENT (\\Deleted)\r\n",
    "a1 UID STORE NaN +FLAGS.SILENT (\\Deleted)\r\n",
    "a1 UID EXPUNGE 3:2\r\n",
    "a1 CREATE a b\r\n",
    "a1 CREATE caf\xe9\r\n",
    'a1 CREATE "caf\xe9"\r\n',
    "a1 NOOP\r\nx2\r\n",
    "a1 SELECT box (QRESYNC (1 18446744073709551616 1:2))\r\n",
  ]) {
    assert.throws(() => readCommands(Buffer.from(line, "latin1")), line);
  }
  const fine = 'a1 APPEND "a b" (\\Seen $x) " 1-Jan-2024 00:00:00 +0000" ~{1+}\r\nx () {2}\r\nab\r\na2 NOOP\r\n';
  assert.deepEqual(readCommands(Buffer.from(fine)), ["APPEND", "NOOP"]);
});
