import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, errorKinds, InterimapError } from "../../../src/model/errors.ts";
import { exitCode } from "../../../src/model/exit-code.ts";

test("an error takes what it means from its code, and its words from whoever throws it", () => {
  const cause = new Error("ECONNREFUSED");
  const error = new InterimapError("CONNECT", "cannot reach a.example:993", { hint: "check host and port", cause });
  assert.equal(error.message, "cannot reach a.example:993");
  assert.equal(error.hint, "check host and port");
  assert.equal(error.cause, cause);
  assert.equal(error.exitCode, exitCode.unavailable);
  assert.equal(error.abandons, "side");
  assert.equal(error.retry, "reconnect");
});

test("without details an error has no hint, and no cause of its own", () => {
  const error = new InterimapError("BUG", "impossible");
  assert.equal(error.hint, undefined);
  assert.equal("cause" in error, false);
});

test("what abandons only a mailbox lets the run end as partial, or as a contradiction in the data", () => {
  for (const [code, { abandons, exitCode: exit }] of Object.entries(errorKinds)) {
    const isSmall = abandons === "mailbox";
    const isSmallExit = exit === exitCode.partial || (exit === exitCode.data && isSmall);
    assert.equal(isSmall, isSmallExit, code);
  }
});

test("no error ends a run with exit code 0, and only a signal with that of a signal", () => {
  const codes = Object.keys(errorKinds) as ErrorCode[];
  const { done, interrupted, terminated } = exitCode;
  const special: readonly number[] = [done, interrupted, terminated];
  assert.deepEqual(
    codes.filter((code) => special.includes(errorKinds[code].exitCode)),
    ["INTERRUPTED"],
  );
});

test("what SQLite or Node.js say in several lines is one", () => {
  const said = "*** in database main ***\nTree 7 page 7 cell 0: bad\r\n  Require stack:\n";
  assert.equal(
    new InterimapError("DATABASE_READ", said).message,
    "*** in database main *** Tree 7 page 7 cell 0: bad Require stack:",
  );
});
