import assert from "node:assert/strict";
import { test } from "node:test";
import { Capabilities } from "../../../src/imap/capabilities.ts";

test("names are compared without regard to case", () => {
  const capabilities = new Capabilities(["qresync", "Auth=Plain"]);
  assert.ok(capabilities.has("QRESYNC"));
  assert.ok(capabilities.offersMechanism("PLAIN"));
  assert.ok(!capabilities.offersMechanism("LOGIN"));
  assert.ok(!capabilities.has("QRESYN"));
});

test("which literals need no +", () => {
  const table: readonly (readonly [names: readonly string[], plus: boolean, minus: boolean])[] = [
    [[], false, false],
    [["LITERAL+"], true, false],
    [["LITERAL-"], false, true],
    // RFC 9051 has LITERAL- built in.
    [["IMAP4rev2"], false, true],
  ];
  for (const [names, plus, minus] of table) {
    const capabilities = new Capabilities(names);
    assert.deepEqual([capabilities.literalPlus, capabilities.literalMinus], [plus, minus], names.join());
    assert.equal(capabilities.isEmpty, names.length === 0);
  }
});

test("the largest message that can be appended, if the server names one", () => {
  const table: readonly (readonly [names: readonly string[], limit: number | undefined])[] = [
    [[], undefined],
    [["APPENDLIMIT=35651584"], 35651584],
    [["UIDPLUS", "appendlimit=0"], 0],
    [["APPENDLIMIT=4294967295"], 4294967295],
    // RFC 7889 2: each mailbox has its own.
    [["APPENDLIMIT"], undefined],
    [["APPENDLIMIT="], undefined],
    [["APPENDLIMIT=1k", "X-APPENDLIMIT=1"], undefined],
    [["APPENDLIMIT=9999999999999999"], undefined],
  ];
  for (const [names, limit] of table) assert.equal(new Capabilities(names).appendLimit, limit, names.join());
});

test("how many messages a command is carried out for, if the server has a limit", () => {
  for (const [names, limit] of [
    [[], undefined],
    [["messagelimit=1000", "UIDONLY"], 1000],
    [["MESSAGELIMIT=0"], undefined],
    [["MESSAGELIMIT", "MESSAGELIMIT="], undefined],
  ] as const)
    assert.equal(new Capabilities(names).messageLimit, limit, names.join());
});
