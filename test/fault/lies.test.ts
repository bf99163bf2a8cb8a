import assert from "node:assert/strict";
import { test } from "node:test";
import { type Around, lies, octetsOf, type Response, type Told } from "./lies.ts";
import { responseReader } from "./lying-proxy.ts";

function told(name: string, text: string, around: Around = {}): Told | undefined {
  const lie = lies.find((one) => one.name === name);
  assert.ok(lie, name);
  return lie.tell({ text, literals: [] }, around);
}

function wordsOf(name: string, text: string, around?: Around): string[] | undefined {
  return told(name, text, around)?.responses.map((response) => response.text);
}

const fetched = '* 3 FETCH (UID 7 FLAGS (\\Seen work) INTERNALDATE " 1-Feb-2020 10:00:00 +0000" RFC822.SIZE 12)';

test("each lie has a name of its own", () => {
  assert.equal(new Set(lies.map(({ name }) => name)).size, lies.length);
});

test("left out, twice", () => {
  assert.deepEqual(wordsOf("left out", "* 3 EXISTS"), []);
  assert.deepEqual(wordsOf("twice", "* 3 EXISTS"), ["* 3 EXISTS", "* 3 EXISTS"]);
});

test("a FETCH in two: each has the UID, and the items stay whole", () => {
  assert.deepEqual(wordsOf("in two", fetched), [
    '* 3 FETCH (UID 7 FLAGS (\\Seen work) INTERNALDATE " 1-Feb-2020 10:00:00 +0000")',
    "* 3 FETCH (UID 7 RFC822.SIZE 12)",
  ]);
  assert.equal(wordsOf("in two", "* 3 FETCH (UID 7 RFC822.SIZE 12)"), undefined);
});

test("literals go with their items", () => {
  const [response] = responseReader()(
    Buffer.from("* 1 FETCH (BODY[HEADER.FIELDS (A B)] {3}\r\nabc UID 4 BODY[] {4}\r\n(\r\n) FLAGS ())\r\n"),
  ) as [Response];
  const lie = lies.find(({ name }) => name === "in two")!.tell(response, {})!;
  assert.deepEqual(
    lie.responses.map((one) => octetsOf(one).toString()),
    [
      "* 1 FETCH (UID 4 BODY[HEADER.FIELDS (A B)] {3}\r\nabc BODY[] {4}\r\n(\r\n))\r\n",
      "* 1 FETCH (UID 4 FLAGS ())\r\n",
    ],
  );
});

test("a VANISHED in two", () => {
  assert.deepEqual(wordsOf("in two", "* VANISHED (EARLIER) 1:3,5"), [
    "* VANISHED (EARLIER) 1:3",
    "* VANISHED (EARLIER) 5",
  ]);
  assert.deepEqual(wordsOf("in two", "* VANISHED 2:5"), ["* VANISHED 2:3", "* VANISHED 4:5"]);
  assert.equal(wordsOf("in two", "* VANISHED 5"), undefined);
});

test("only what nobody waits for comes behind the tagged answer", () => {
  assert.equal(told("behind the tagged answer", "* 3 EXISTS")?.late, "tagged");
  assert.equal(told("behind the tagged answer", "a3 OK done"), undefined);
  assert.equal(told("behind the tagged answer", "+ go ahead"), undefined);
  assert.equal(told("behind the next", "a3 OK done")?.late, "next");
});

test("NO and BAD for OK, of commands only", () => {
  assert.deepEqual(wordsOf("NO", "a3 OK [APPENDUID 1 2] done"), ["a3 NO Not now."]);
  assert.deepEqual(wordsOf("BAD", "a3 OK done"), ["a3 BAD Not now."]);
  assert.equal(told("NO", "a3 NO no such mailbox"), undefined);
  assert.equal(told("NO", "* OK [UIDNEXT 3]"), undefined);
});

test("numbers: 0, lower, higher, whatever their size", () => {
  for (const [name, text, expected] of [
    ["EXISTS is 0", "* 3 EXISTS", "* 0 EXISTS"],
    ["EXISTS is lower", "* 3 EXISTS", "* 2 EXISTS"],
    ["EXISTS is lower", "* 1 EXISTS", undefined],
    ["EXISTS is 0", "* 0 EXISTS", undefined],
    ["sequence number is far higher", fetched, fetched.replace("* 3", "* 1003")],
    ["UID is higher", fetched, fetched.replace("UID 7", "UID 8")],
    ["UID is higher", "* 3 FETCH (FLAGS () UID 7)", "* 3 FETCH (FLAGS () UID 8)"],
    ["UID is higher", "* STATUS box (UIDNEXT 3)", undefined],
    ["RFC822.SIZE is 0", fetched, fetched.replace("SIZE 12", "SIZE 0")],
    [
      "MODSEQ is higher",
      "* 1 FETCH (UID 1 MODSEQ (9223372036854775806))",
      "* 1 FETCH (UID 1 MODSEQ (9223372036854775807))",
    ],
    ["UIDNEXT is 0", "* STATUS box (UIDNEXT 3 UIDVALIDITY 5)", "* STATUS box (UIDNEXT 0 UIDVALIDITY 5)"],
    ["UIDVALIDITY is lower", "* OK [UIDVALIDITY 5] valid", "* OK [UIDVALIDITY 4] valid"],
    ["HIGHESTMODSEQ is higher", "a1 OK [HIGHESTMODSEQ 5] done", "a1 OK [HIGHESTMODSEQ 6] done"],
    ["UIDVALIDITY of APPENDUID is higher", "a1 OK [APPENDUID 5 7:9] done", "a1 OK [APPENDUID 6 7:9] done"],
    ["UIDs of APPENDUID is lower", "a1 OK [APPENDUID 5 7:9] done", "a1 OK [APPENDUID 5 6:8] done"],
    ["last UID of APPENDUID is higher", "a1 OK [APPENDUID 5 7:9] done", "a1 OK [APPENDUID 5 7:10] done"],
    ["first of VANISHED is higher", "* VANISHED (EARLIER) 3,5:7", "* VANISHED (EARLIER) 4,5:7"],
    ["last of VANISHED is higher", "* VANISHED 3,5:7", "* VANISHED 3,5:8"],
    ["last of VANISHED is higher", "* VANISHED 3", undefined],
    ["UIDs of MODIFIED is higher", "a1 OK [MODIFIED 7,9] failed", "a1 OK [MODIFIED 8,10] failed"],
  ] as const)
    assert.deepEqual(wordsOf(name, text), expected === undefined ? undefined : [expected], `${name}: ${text}`);
});

test("lines of which the server knows nothing", () => {
  const around = { exists: 3, uidNext: 8 };
  for (const [name, expected] of [
    ["and VANISHED of all", "* VANISHED 1:7"],
    ["and VANISHED of some", "* VANISHED 1:4"],
    ["and VANISHED of the last", "* VANISHED 7"],
    ["and VANISHED of what never was", "* VANISHED 8:16"],
    ["and VANISHED (EARLIER) of all", "* VANISHED (EARLIER) 1:7"],
    ["and 0 EXISTS", "* 0 EXISTS"],
    ["and fewer EXISTS", "* 2 EXISTS"],
    ["and more EXISTS", "* 4 EXISTS"],
  ] as const) {
    assert.deepEqual(wordsOf(name, "* 0 RECENT", around), [expected, "* 0 RECENT"], name);
    assert.equal(wordsOf(name, "* 0 RECENT"), undefined, name);
  }
});

test("the connection ends with a BYE, or falls silent", () => {
  assert.equal(told("BYE, and the end", "a1 OK done")?.then, "close");
  assert.equal(told("BYE, and silence", "a1 OK done")?.then, "silence");
});

test("responses are put together from chunks of any size, and leave as they came", () => {
  const octets = Buffer.from(
    "* OK hi\r\n* 1 FETCH (UID 1 BODY[] {4}\r\na\0\r\n X {0}\r\n)\r\n* 2 FETCH (UID 2)\r\na1 OK done\r\n",
  );
  for (let size = 1; size <= octets.length; size++) {
    const read = responseReader();
    const responses: Response[] = [];
    for (let at = 0; at < octets.length; at += size) responses.push(...read(octets.subarray(at, at + size)));
    assert.equal(responses.length, 4);
    assert.deepEqual(Buffer.concat(responses.map(octetsOf)), octets);
  }
});
