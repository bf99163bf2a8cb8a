import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { JobMessage } from "../../../../src/job/job-message.ts";
import type { JobStatus } from "../../../../src/web/api.ts";
import type { Job } from "../../../../src/web/jobs/job.ts";
import { JobRefused } from "../../../../src/web/jobs/refusal.ts";
import { eventually } from "../../../support/eventually.ts";
import { desk, done, historyOf, line, linesOf, sixValues, wanted, wantedBy } from "../../../support/web-jobs.ts";

function refusal(reason: string): (error: unknown) => boolean {
  return (error) => error instanceof JobRefused && error.reason === reason;
}

test("a job runs with its options, its secrets and the operator's limits, and ends as its worker says", async () => {
  const { jobs, workers } = desk({ limits: { octets: 7, seconds: 9 } });
  const { job, attached } = jobs.start(wanted({ dry: "on" }));
  assert.equal(attached, false);
  assert.equal(job.state, "running");
  const [worker] = workers.all;
  assert.deepEqual(worker?.spec.secrets, { password1: "secret one", password2: "secret two" });
  assert.deepEqual(worker.spec.limits, { octets: 7, seconds: 9 });
  assert.deepEqual(worker.spec.targets, { allowsPrivate: false, ports: [143, 993] });
  assert.ok(worker.spec.options.includes("--dry") && worker.spec.options.includes("--user1=alice"));
  worker.say(line("one"), line("two"));
  await worker.end(done);
  assert.equal(job.state, "done");
  assert.deepEqual(job.status.result, done.result);
  assert.deepEqual(await linesOf(job), ["one", "two"]);
});

test("the same values attach to a job that runs, whatever the options, and each browser has a secret of its own", () => {
  const { jobs, workers } = desk();
  const first = jobs.start(wanted());
  const second = jobs.start(wanted({ dry: "on", host1: " IMAP.example.org " }, "198.51.100.7"));
  assert.equal(second.job, first.job);
  assert.equal(second.attached, true);
  assert.notEqual(second.secret, first.secret);
  assert.equal(jobs.kept.find(first.job.id, first.secret), first.job);
  assert.equal(jobs.kept.find(first.job.id, second.secret), first.job);
  assert.equal(workers.all.length, 1);
});

for (const password of ["password1", "password2"] as const) {
  test(`another ${password} begins another job, which looks like any new one`, () => {
    const { jobs, workers } = desk();
    const first = jobs.start(wanted());
    const second = jobs.start(wanted({ [password]: "guessed" }, "198.51.100.7"));
    assert.notEqual(second.job, first.job);
    assert.equal(second.attached, false);
    assert.equal(jobs.kept.find(first.job.id, second.secret), undefined);
    assert.equal(workers.all.length, 2);
  });
}

test("after its end the same values begin a new job", async () => {
  const { jobs, workers } = desk();
  const first = jobs.start(wanted());
  await workers.all[0]?.end(done);
  const second = jobs.start(wanted());
  assert.notEqual(second.job, first.job);
  assert.equal(second.attached, false);
});

test("neither another secret nor another id leads to a job", () => {
  const { jobs } = desk();
  const { job, secret } = jobs.start(wanted());
  assert.equal(jobs.kept.find(job.id, `${secret}x`), undefined);
  assert.equal(jobs.kept.find(job.id, ""), undefined);
  assert.equal(jobs.kept.find("0".repeat(32), secret), undefined);
});

test("nothing that is kept has a password, a secret, or anything that others can read", async () => {
  const { jobs, workers, directory } = desk();
  const { job, secret } = jobs.start(wanted());
  workers.all[0]?.say(line("hello"));
  const files = (readdirSync(directory, { recursive: true }) as string[]).map((name) => join(directory, name));
  const kept = files.filter((path) => statSync(path).isFile());
  assert.ok(kept.length >= 2);
  for (const path of kept) {
    const text = readFileSync(path, "utf8");
    for (const hidden of [sixValues.password1, sixValues.password2, secret]) assert.ok(!text.includes(hidden), path);
  }
  for (const path of files) assert.equal(statSync(path).mode & 0o077, 0, path);
  await workers.all[0]?.end(done);
  assert.equal(JSON.stringify(job.run ?? null).includes("secret one"), false);
});

test("passwords are forgotten as soon as the worker has them", () => {
  const { jobs } = desk({ maxRunning: 1 });
  const running = jobs.start(wantedBy("one")).job;
  const waiting = jobs.start(wantedBy("two")).job;
  assert.equal(running.run?.secrets, undefined);
  assert.notEqual(waiting.run?.secrets, undefined);
  jobs.abort(waiting);
  assert.equal(waiting.run, undefined);
});

test("what does not fit waits in its order, knows its place, and begins when another ends", async () => {
  const { jobs, workers } = desk({ maxRunning: 1 });
  const [one, two, three] = ["one", "two", "three"].map((user) => jobs.start(wantedBy(user)).job);
  assert.deepEqual(
    [one, two, three].map((job) => [job?.state, job?.status.position]),
    [
      ["running", undefined],
      ["queued", 1],
      ["queued", 2],
    ],
  );
  await workers.all[0]?.end(done);
  assert.deepEqual([two?.state, three?.status.position], ["running", 1]);
  jobs.abort(three as Job);
  assert.equal(three?.state, "aborted");
  assert.equal(workers.all.length, 2);
});

test("no more wait than may, and no more are of one address than may be", () => {
  const { jobs } = desk({ maxRunning: 1, maxQueued: 1, maxPerAddress: 2 });
  jobs.start(wantedBy("one", "a"));
  jobs.start(wantedBy("two", "a"));
  assert.equal(jobs.isFull, true);
  assert.throws(() => jobs.start(wantedBy("three", "b")), refusal("queue full"));
  const other = desk({ maxPerAddress: 1 });
  other.jobs.start(wantedBy("one", "a"));
  assert.throws(() => other.jobs.start(wantedBy("two", "a")), refusal("jobs of address"));
  assert.doesNotThrow(() => other.jobs.start(wantedBy("two", "b")));
});

test("starts of an address are limited, also those that attach: they could be guesses", () => {
  const { jobs } = desk({ maxStartsPerHour: 2 });
  jobs.start(wanted());
  jobs.start(wanted());
  assert.throws(() => jobs.start(wanted()), refusal("starts of address"));
  assert.doesNotThrow(() => jobs.start(wanted({}, "198.51.100.7")));
});

test("logins that fail are limited by address", async () => {
  const { jobs, workers } = desk({ maxFailedLoginsPerHour: 1 });
  jobs.start(wanted());
  await workers.all[0]?.end({ result: { exitCode: 161, exitName: "EXIT_AUTHENTICATION_FAILURE_USER1", sentence: "" } });
  assert.throws(() => jobs.start(wanted()), refusal("failed logins"));
  assert.doesNotThrow(() => jobs.start(wanted({}, "198.51.100.7")));
});

test("under load jobs wait, and begin when it has passed", async () => {
  let isOverloaded = true;
  const { jobs } = desk({ isOverloaded: () => isOverloaded, times: { overloadMs: 1 } });
  const { job } = jobs.start(wanted());
  assert.equal(job.state, "queued");
  isOverloaded = false;
  await eventually("the job begins", () => job.state === "running");
});

test("a job that is aborted is asked to end, then made to, and is called aborted", async () => {
  const { jobs, workers } = desk({ times: { endingMs: 1 } });
  const { job } = jobs.start(wanted());
  const states = async (): Promise<readonly JobStatus[]> =>
    (await historyOf(job)).filter(({ event }) => event === "state").map(({ data }) => data as JobStatus);
  assert.equal(job.status.isStopping, false);
  jobs.abort(job);
  const { state, isStopping } = (await states()).at(-1)!;
  assert.deepEqual([state, isStopping], ["running", true]);
  await eventually("the worker is killed", () => workers.all[0]?.asked.includes("kill"));
  assert.deepEqual(workers.all[0]?.asked, ["abort", "kill"]);
  assert.equal(job.state, "running");
  await workers.all[0]?.end({ result: { exitCode: 6, exitName: "EXIT_BY_SIGNAL", sentence: "Stopped." } });
  assert.equal(job.state, "aborted");
  assert.equal(job.status.isStopping, false);
});

test("a worker that dies is one failed job with its words, and nobody else's", async () => {
  const { jobs, workers } = desk();
  const [one, two] = ["one", "two"].map((user) => jobs.start(wantedBy(user)).job);
  await workers.all[0]?.end({ words: "The process of this migration ended by the signal SIGKILL" });
  assert.equal(one?.state, "failed");
  assert.match(one.status.result?.sentence ?? "", /SIGKILL/);
  assert.match((await linesOf(one)).join(), /SIGKILL/);
  assert.equal(two?.state, "running");
});

test("after a restart what ran or waited is interrupted, and goes on with its passwords and its history", async () => {
  const before = desk({ maxRunning: 1 });
  const running = before.jobs.start(wantedBy("one"));
  const waiting = before.jobs.start(wantedBy("two"));
  before.workers.all[0]?.say(line("first"), line("second"));
  await running.job.summary();
  const { jobs, workers } = desk({ directory: before.directory });
  const job = jobs.kept.find(running.job.id, running.secret);
  assert.equal(job?.state, "interrupted");
  assert.equal(jobs.kept.find(waiting.job.id, waiting.secret)?.state, "interrupted");
  assert.deepEqual((await job.summary()).lastLines, ["first", "second"]);
  const resumed = await jobs.resume(job, wantedBy("one"));
  assert.equal(resumed?.job, job);
  assert.equal(job.state, "running");
  workers.all[0]?.say(line("third"));
  await workers.all[0]?.end(done);
  const told = await historyOf(job);
  assert.deepEqual(
    told.map(({ id }) => id),
    told.map((_, index) => index + 1),
  );
  assert.deepEqual(
    told.flatMap(({ event, data }) => (event === "lines" ? [data] : [])),
    [
      { first: 1, lines: ["first", "second"] },
      { first: 3, lines: ["third"] },
    ],
  );
  assert.deepEqual(
    told.flatMap(({ event, data }) => (event === "state" ? [(data as { state: string }).state] : [])),
    ["queued", "running", "interrupted", "queued", "running", "done"],
  );
  assert.equal((await job.summary()).eventCount, told.length);
});

test("a job that has not ended is not resumed; with the values of another that runs, that one is shown", async () => {
  const { jobs, workers } = desk();
  const one = jobs.start(wantedBy("one"));
  assert.equal(await jobs.resume(one.job, wantedBy("two")), undefined);
  const two = jobs.start(wantedBy("two"));
  await workers.all[0]?.end(done);
  const started = await jobs.resume(one.job, wantedBy("two"));
  assert.equal(started?.job, two.job);
  assert.equal(started.attached, true);
});

test("a server that stops interrupts what runs and what waits, and takes nothing more", async () => {
  const { jobs, workers } = desk({ maxRunning: 1 });
  const [one, two] = ["one", "two"].map((user) => jobs.start(wantedBy(user)).job);
  const stopped = jobs.stop();
  assert.equal(two?.state, "interrupted");
  assert.throws(() => jobs.start(wanted()), refusal("stopping"));
  assert.deepEqual(workers.all[0]?.asked, ["abort"]);
  await workers.all[0]?.end({ result: { exitCode: 6, exitName: "EXIT_BY_SIGNAL", sentence: "" } });
  await stopped;
  assert.equal(one?.state, "interrupted");
  assert.equal(workers.all.length, 1);
});

test("only jobs that have ended are deleted, by hand or when they are old", async () => {
  const { jobs, workers, directory } = desk({ keptMs: 1000 });
  const { job, secret } = jobs.start(wanted());
  assert.equal(jobs.kept.delete(job), false);
  jobs.kept.deleteOld(Date.now() + 5000);
  assert.equal(jobs.kept.find(job.id, secret), job);
  await workers.all[0]?.end(done);
  jobs.kept.deleteOld();
  assert.equal(jobs.kept.find(job.id, secret), job);
  jobs.kept.deleteOld(Date.now() + 5000);
  assert.equal(jobs.kept.find(job.id, secret), undefined);
  assert.deepEqual(readdirSync(join(directory, "jobs")), []);
});

test("where jobs end with their tab, one ends when its last watcher has gone for good", async () => {
  const { jobs, workers } = desk({ endsWithTab: true, times: { unwatchedMs: 20 } });
  const { job } = jobs.start(wanted());
  const leave = [jobs.watch(job), jobs.watch(job)];
  leave[0]?.();
  leave[0]?.();
  assert.equal(job.watchers, 1);
  leave[1]?.();
  jobs.watch(job)();
  await eventually("the job is aborted", () => workers.all[0]?.asked.includes("abort"));
});

test("otherwise a job goes on when nobody watches it", async () => {
  const { jobs, workers } = desk({ times: { unwatchedMs: 0 } });
  const { job } = jobs.start(wanted());
  jobs.watch(job)();
  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(workers.all[0]?.asked, []);
});

const left: JobMessage = {
  ...{ type: "left", folder1: "INBOX", folder2: "INBOX", uid1: 7, octets: 9, isError: true, reason: "too large" },
};

/** What a server that was killed during a job's second run left, with the ways to it. */
async function killedInSecondRun() {
  const before = desk();
  const { job, secret } = before.jobs.start(wanted());
  before.workers.all[0]?.say(line("one"), left);
  await before.workers.all[0]?.end(done);
  await before.jobs.resume(job, wanted());
  before.workers.all[1]?.say(line("two"), left);
  await job.summary();
  const folder = join(before.directory, "jobs", job.id);
  return { ...before, id: job.id, secret, folder, file: (name: string) => join(folder, name) };
}

test("of a server that was killed, the last run of a job is shown, and all of its log", async () => {
  const { directory, id } = await killedInSecondRun();
  const { jobs } = desk({ directory });
  const { leftCount, lastLines } = await jobs.kept.get(id)!.summary();
  assert.deepEqual([leftCount, lastLines], [1, ["one", "two"]]);
});

for (const text of ["{", "null", "{}", '{"id":"x"}']) {
  test(`a job's file that has ${text} costs this job only, and goes when it is old`, () => {
    const before = desk();
    const good = before.jobs.start(wantedBy("one"));
    const bad = before.jobs.start(wantedBy("two"));
    const folder = join(before.directory, "jobs", bad.job.id);
    writeFileSync(join(folder, "job.json"), text);
    const { jobs, warnings } = desk({ directory: before.directory, keptMs: 1000 });
    assert.equal(jobs.kept.find(good.job.id, good.secret)?.state, "interrupted");
    assert.equal(jobs.kept.get(bad.job.id), undefined);
    assert.match(warnings.join(), new RegExp(bad.job.id));
    jobs.kept.deleteOld(Date.now());
    assert.ok(existsSync(folder));
    jobs.kept.deleteOld(Date.now() + 5000);
    assert.ok(!existsSync(folder));
  });
}

for (const text of ["", "null", "{}"]) {
  test(`where a summary has ${text === "" ? "nothing" : text}, the history says what a job has come to`, async () => {
    const { jobs, workers, directory } = desk();
    const { job } = jobs.start(wanted());
    workers.all[0]?.say(line("one"), left);
    await workers.all[0]?.end(done);
    writeFileSync(join(directory, "jobs", job.id, "summary.json"), text);
    const { leftCount, lastLines } = await job.summary();
    assert.deepEqual([leftCount, lastLines], [1, ["one"]]);
  });
}

test("a history that is older than its summary, as after a loss of power, goes on from what it has", async () => {
  const { jobs, workers, directory } = desk();
  const { job } = jobs.start(wanted());
  workers.all[0]?.say(line("one"), left, line("two"));
  await workers.all[0]?.end(done);
  const path = join(directory, "jobs", job.id, "history");
  const entries = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.match(entries.at(-2)!, /two/);
  writeFileSync(
    path,
    entries
      .slice(0, -2)
      .map((entry) => `${entry}\n`)
      .join(""),
  );
  await jobs.resume(job, wanted());
  workers.all[1]?.say(line("again"));
  const { eventCount, lastLines } = await job.summary();
  const told = await historyOf(job);
  assert.deepEqual([eventCount, lastLines], [told.length, ["one", "again"]]);
});

test("what a loss of power left in a history that is none of its entries is passed over", async () => {
  const { directory, id, file } = await killedInSecondRun();
  const entries = readFileSync(file("history"), "utf8").split("\n");
  const spoilt = entries.map((entry) => (entry.includes("two") ? entry.replace(/.{9}$/, "\0".repeat(9)) : entry));
  writeFileSync(file("history"), [...spoilt.slice(0, -1), "\0\0\0\0", ""].join("\n"));
  const { jobs, workers } = desk({ directory });
  const job = jobs.kept.get(id)!;
  assert.deepEqual((await job.summary()).lastLines, ["one"]);
  await jobs.resume(job, wanted());
  workers.all[0]?.say(line("three"));
  assert.deepEqual((await job.summary()).lastLines, ["one", "three"]);
  const told = await historyOf(job);
  assert.equal((await job.summary()).eventCount, told.at(-1)?.id);
});
