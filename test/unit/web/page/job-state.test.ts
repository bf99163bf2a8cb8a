import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HostFailure } from "../../../../src/job/job-message.ts";
import type { JobStatus } from "../../../../src/web/api.ts";
import { ending } from "../../../../src/web/page/job/ending-words.ts";
import {
  afterEvent,
  hasEnded,
  isNew,
  type JobEvent,
  type JobState,
  jobState,
  maxLeft,
} from "../../../../src/web/page/job/job-state.ts";
import { shareDone, spokenState, stateInWords, titleInWords } from "../../../../src/web/page/job/job-words.ts";
import { folder, jobProps, progress, status } from "./page-props.ts";

const start = jobState(jobProps({ lastEventId: 10 }));

function after(state: JobState, ...events: JobEvent[]): JobState {
  return events.reduce((now, event) => (isNew(now, event) ? afterEvent(now, event) : now), state);
}

function left(id: number): JobEvent {
  const data = { folder1: "INBOX", folder2: "INBOX", uid1: id, octets: 1, reason: "too large", isError: true };
  return { name: "left", id, data };
}

const certificate = {
  host: 1,
  reason: "self-signed",
  subject: "a",
  issuer: "a",
  validFrom: "",
  validTo: "",
  fingerprint: "x",
} as const;

describe("events", () => {
  test("that are told again after a reconnection count once", () => {
    const once = after(start, left(11), left(12));
    assert.deepEqual(
      after(once, left(11), left(12), left(13)).left.map(({ uid1 }) => uid1),
      [11, 12, 13],
    );
    assert.equal(after(once, left(12)).leftCount, 2);
  });

  test("that the page was written with count no more", () => {
    assert.equal(after(start, left(9), left(10)).leftCount, 0);
  });

  test("without an id always tell the latest, and leave the last id as it is", () => {
    const now = after(
      start,
      left(11),
      { name: "progress", id: undefined, data: { ...progress, messagesDone: 300 } },
      { name: "folder", id: undefined, data: folder("A", { copied: 1 }) },
      { name: "folder", id: undefined, data: folder("B") },
      { name: "folder", id: undefined, data: folder("A", { copied: 2 }) },
    );
    assert.equal(now.lastEventId, 11);
    assert.equal(now.progress?.messagesDone, 300);
    assert.deepEqual(
      [...now.folders.values()].map(({ folder1, copied }) => [folder1, copied]),
      [
        ["A", 2],
        ["B", 3],
      ],
    );
  });

  test("of one folder leave the others the same values, so that only its row is written", () => {
    const two = after(
      start,
      { name: "folder", id: undefined, data: folder("A") },
      { name: "folder", id: undefined, data: folder("B") },
    );
    const now = after(two, { name: "folder", id: undefined, data: folder("B", { copied: 9 }) });
    assert.equal(now.folders.get("A\0A"), two.folders.get("A\0A"));
  });

  test("of a hundred thousand messages that were not copied are counted, and listed in part", () => {
    const events = Array.from({ length: 100_000 }, (_, i) => left(11 + i));
    const now = after(start, ...events);
    assert.equal(now.leftCount, 100_000);
    assert.equal(now.left.length, maxLeft);
  });

  test("tell of one certificate for each host, the latest", () => {
    const now = after(
      start,
      { name: "certificate", id: 11, data: certificate },
      { name: "certificate", id: 12, data: { ...certificate, fingerprint: "y" } },
      { name: "certificate", id: 13, data: { ...certificate, host: 2 } },
    );
    assert.deepEqual(
      now.certificates.map(({ host, fingerprint }) => [host, fingerprint]),
      [
        [1, "y"],
        [2, "x"],
      ],
    );
  });

  test("of another run, which somebody else has started, begin anew", () => {
    const state = (id: number, name: JobStatus["state"]): JobEvent => ({
      name: "state",
      id,
      data: { ...status, state: name },
    });
    const again = after(start, left(11), { name: "certificate", id: 12, data: certificate }, state(13, "interrupted"));
    assert.deepEqual([again.leftCount, again.certificates.length], [1, 1]);
    const now = after(again, state(14, "queued"), state(15, "running"), left(16));
    assert.deepEqual([now.leftCount, now.left.length, now.certificates, now.progress], [1, 1, [], undefined]);
  });

  test("say when it is over", () => {
    const data = { ...status, state: "done" } as const;
    assert.equal(hasEnded(start), false);
    assert.equal(hasEnded(after(start, { name: "state", id: 11, data })), true);
  });
});

describe("words", () => {
  const at = (changes: Parameters<typeof jobProps>[0]): JobState => jobState(jobProps(changes));

  test("say where a waiting job stands", () => {
    assert.equal(
      stateInWords(at({ status: { ...status, state: "queued", position: 3 }, progress: undefined })),
      "Waiting for its turn: number 3",
    );
  });

  test("measure by octets, and by messages where there are none", () => {
    assert.equal(shareDone(at({})), 0.25);
    assert.equal(shareDone(at({ progress: { ...progress, octetsTotal: undefined, messagesDone: 500 } })), 0.5);
    assert.equal(shareDone(at({ progress: { ...progress, phase: "listing" } })), undefined);
  });

  test("never say that something is complete before it is", () => {
    const almost = { ...progress, octetsDone: 3_999_999 };
    assert.equal(titleInWords(at({ progress: almost })), "99 % · Copying your mail – imapsync");
  });

  test("are a sentence for those who listen", () => {
    assert.equal(spokenState(at({})), "Copying your mail, 25 %, 250 of 1,000 messages, about 1 minute left.");
  });
});

describe("the end", () => {
  const ended = (changes: Parameters<typeof jobProps>[0]): ReturnType<typeof ending> =>
    ending(jobState(jobProps(changes)));
  const result = { exitCode: 0, exitName: "EX_OK", sentence: "All is there." };

  test("is good where nothing is left", () => {
    const { kind, statements } = ended({ status: { ...status, state: "done", result } });
    assert.deepEqual([kind, statements], ["good", [{ sentence: "All is there." }]]);
  });

  test("is fair where something is left, and says what to do", () => {
    const { kind, advice } = ended({ status: { ...status, state: "done", result }, leftCount: 2 });
    assert.equal(kind, "fair");
    assert.match(advice, /^2 messages were not copied.*Resync/);
  });

  test("says on which side a login failed", () => {
    const failed = { exitCode: 162, exitName: "EXIT_AUTHENTICATION_FAILURE_USER2", sentence: "Login failed." };
    assert.match(ended({ status: { ...status, state: "failed", result: failed } }).advice, /of the destination/);
  });

  test("says plainly that a login failed, and then what the server says", () => {
    const said =
      "Host1 failure: can not log in on host1 [imap.example.org] with user [alice]: login refused: use [an app] password";
    const failed = { exitCode: 161, exitName: "EXIT_AUTHENTICATION_FAILURE_USER1", sentence: said };
    const sentence = "The server of the source does not accept this login and password.";
    assert.deepEqual(ended({ status: { ...status, state: "failed", result: failed } }).statements, [
      { sentence, detail: "login refused: use [an app] password" },
    ]);
    const odd = { ...failed, sentence: "Something else." };
    const { statements } = ended({ status: { ...status, state: "failed", result: odd } });
    assert.deepEqual(statements, [{ sentence, detail: "Something else." }]);
  });

  test("tells what went wrong with each of two servers, and leaves out what nobody can do on a page", () => {
    const failures = [
      {
        host: 1 as const,
        exitName: "EXIT_CONNECTION_FAILURE_HOST1",
        sentence:
          "Host1 failure: can not open imap connection on host1 [a] with user [b]: a:143 sends no greeting; check host and port, or raise --timeout1; a port for TLS needs --ssl1",
      },
      {
        host: 2 as const,
        exitName: "EXIT_TLS_FAILURE",
        sentence:
          "Host2 failure: can not open imap connection on host2 [c] with user [d]: c has no STARTTLS; try --ssl2; if everybody in between may read the password, --notls2 allows that",
      },
    ];
    const failed = { exitCode: 101, exitName: "EXIT_CONNECTION_FAILURE_HOST1", sentence: "…", failures };
    const { statements, advice } = ended({ status: { ...status, state: "failed", result: failed } });
    assert.deepEqual(statements, [
      {
        sentence: "The server of the source cannot be reached.",
        detail: "a:143 sends no greeting; check host and port; a port for TLS is entered as imaps://HOST:PORT",
      },
      { sentence: "There is no secure connection to the server of the destination.", detail: "c has no STARTTLS" },
    ]);
    assert.equal(
      advice,
      "Check the name of the source's server. Check the name of the destination's server. Its provider can tell you which name is for secure connections.",
    );
  });

  test("blames no name for a connection that is lost later", () => {
    const lost = { exitCode: 10, exitName: "EXIT_CONNECTION_FAILURE", sentence: "The sync is not finished." };
    const during = (failures?: readonly HostFailure[]): ReturnType<typeof ending> =>
      ended({ status: { ...status, state: "failed", result: { ...lost, ...(failures && { failures }) } } });
    const copying = during();
    assert.deepEqual(copying.statements, [{ sentence: lost.sentence }]);
    assert.match(copying.advice, /could not be reached any more.*Resync/);
    const said = "Host2 failure: can not log in on host2 [c] with user [d]: the connection was lost";
    const login = during([{ host: 2, exitName: lost.exitName, sentence: said }]);
    assert.deepEqual(login.statements, [
      {
        sentence: "The server of the destination broke off while it was logged in to.",
        detail: "the connection was lost",
      },
    ]);
    assert.equal(login.advice, "Try again in a while.");
  });

  test("asks about a certificate before anything else", () => {
    const { statements } = ended({ status: { ...status, state: "failed", result }, certificates: [certificate] });
    assert.match(statements[0]?.sentence ?? "", /could not prove/);
  });
});
