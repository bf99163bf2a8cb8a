// The last that is said of a job, to whoever asked for it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExitName } from "../../../src/copier/report/exit-code.ts";
import { Statistics } from "../../../src/copier/report/statistics.ts";
import { finalSentence, type JobOutcome } from "../../../src/job/final-sentence.ts";
import { copierOptions } from "../../support/copier-accounts.ts";

interface Case extends Partial<Pick<JobOutcome, "certificates" | "failures" | "stopped" | "lastWords">> {
  readonly exit?: ExitName;
  readonly options?: readonly string[];
  readonly figures?: Partial<Statistics>;
  readonly errors?: number;
}

function sentence({ exit = "EX_OK", options = [], figures = {}, errors = 0, ...rest }: Case): string {
  const statistics = Object.assign(new Statistics(new Date()), { foldersBegun: 1 }, figures);
  for (let i = 0; i < errors; i++) statistics.errors.add({ kind: "append", text: "x" });
  const outcome = { certificates: [], failures: [], stopped: undefined, lastWords: "last words", ...rest };
  return finalSentence({ exitName: exit, options: copierOptions("--host1=a", ...options), statistics, ...outcome });
}

test("what it was for", () => {
  assert.match(sentence({}), /^The sync looks good, all 0 /);
  assert.equal(sentence({ options: ["--justlogin"] }), "Both logins work. Nothing was copied.");
  assert.equal(sentence({ options: ["--justconnect"] }), "Both servers answer. Nobody logged in.");
  assert.equal(sentence({ options: ["--justfoldersizes"] }), "The folders are listed. Nothing was copied.");
  assert.equal(sentence({ options: ["--justfolders"] }), "The folders are on host2. No message was copied.");
  assert.equal(sentence({ options: ["--justfolders", "--dry"] }), "A dry run: nothing was created.");
  assert.equal(sentence({ options: ["--dry"], figures: { toCopy: 1 } }), "A dry run: 1 message would be copied.");
});

test("what went wrong", () => {
  const figures = { onlyOn1: 2, identified: { 1: 5, 2: 3 } };
  assert.match(
    sentence({ exit: "EXIT_ERR_APPEND", figures, errors: 2 }),
    /^The sync is not finished.* There were 2 errors\.$/,
  );
  assert.equal(sentence({ exit: "EX_USAGE", figures: { foldersBegun: 0 } }), "last words");
  assert.match(
    sentence({ exit: "EXIT_TRANSFER_EXCEEDED", figures }),
    /^The limit of octets for one job is reached\. The sync/,
  );
  assert.equal(
    sentence({ exit: "EXIT_BY_SIGNAL", stopped: "The job was aborted.", figures: { copied: 2 } }),
    "The job was aborted. 2 messages were copied by then.",
  );
});

test("what went wrong with both hosts", () => {
  const failures = ([1, 2] as const).map((host) => ({
    ...{ host, exitName: `EXIT_AUTHENTICATION_FAILURE_USER${host}`, sentence: `Host${host} failure: refused` },
  }));
  assert.equal(
    sentence({ exit: "EXIT_AUTHENTICATION_FAILURE_USER1", failures, figures: { foldersBegun: 0 } }),
    "Host1 failure: refused. Host2 failure: refused",
  );
});

test("certificates", () => {
  const facts = { reason: "r", subject: "s", issuer: "i", validFrom: "f", validTo: "t", fingerprint: "p" };
  const certificates = ([1, 2] as const).map((host) => ({ host, ...facts }));
  assert.equal(
    sentence({ exit: "EXIT_CONNECTION_FAILURE_HOST1", certificates, figures: { foldersBegun: 0 } }),
    "The certificates of host1 and host2 are not trusted. Nothing was copied.",
  );
});
