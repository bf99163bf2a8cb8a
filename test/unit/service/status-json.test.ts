import assert from "node:assert/strict";
import { test } from "node:test";
import { parseStatus } from "../../../src/service/status-form.ts";
import { statusJson } from "../../../src/service/status-json.ts";
import { sampleStatus } from "./sample-status.ts";

test("what is known of full checks is there under its name and the former one", () => {
  const text = statusJson(sampleStatus);
  assert.match(text, /\n$/);
  const { lastFullCheck, lastLook, daemon } = JSON.parse(text) as Record<string, Record<string, unknown>>;
  assert.deepEqual([lastFullCheck, lastLook], [sampleStatus.lastLook, sampleStatus.lastLook]);
  assert.deepEqual([daemon?.["fullChecks"], daemon?.["looks"]], [12, 12]);
  const { nextLookAt } = sampleStatus.daemon!;
  assert.deepEqual([daemon?.["nextFullCheckAt"], daemon?.["nextLookAt"]], [nextLookAt, nextLookAt]);
});

test("all else is as in the document", () => {
  // It is judged of the document.
  const own = { state: undefined, reasons: undefined, exitCode: undefined };
  assert.deepEqual(
    { ...parseStatus(statusJson(sampleStatus)), ...own, lastFullCheck: undefined },
    {
      ...sampleStatus,
      daemon: (JSON.parse(statusJson(sampleStatus)) as typeof sampleStatus).daemon,
      ...own,
      lastFailure: null,
      lastFullCheck: undefined,
    },
  );
});

test("the state is there in a word, with its reasons and the exit code", () => {
  const { state, reasons, exitCode } = JSON.parse(statusJson(sampleStatus)) as Record<string, unknown>;
  assert.deepEqual([state, exitCode], ["not-connected", 3]);
  assert.deepEqual((reasons as string[]).slice(0, 2), [
    "no connection to the remote server for 30 s",
    "2 mailboxes skipped",
  ]);
});

test("without a daemon, and before the first full check", () => {
  const { daemon, lastFullCheck } = JSON.parse(statusJson({ ...sampleStatus, daemon: null, lastLook: null })) as Record<
    string,
    unknown
  >;
  assert.deepEqual([daemon, lastFullCheck], [null, null]);
});
