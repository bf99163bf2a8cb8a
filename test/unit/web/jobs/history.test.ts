import assert from "node:assert/strict";
import fs, { appendFileSync, statSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fullHistory, History, lostHistory } from "../../../../src/web/jobs/history.ts";
import { HistoryReader } from "../../../../src/web/jobs/history-reader.ts";
import { scratchDirectory } from "../../../support/scratch.ts";

const directory = scratchDirectory("history");
let count = 0;

function made({ maxOctets = 1 << 30, path = join(directory, `h${count++}`), lineCount = 0, eventCount = 0 } = {}) {
  const options = { path, maxOctets, lineCount, eventCount, onGrowth: () => undefined, onLines: () => undefined };
  return { path, history: new History({ ...options, onLoss: (error) => assert.fail(error) }) };
}

/** Half of what is written fits, then no more; until it is called again with false. */
function setFull(isFull: boolean): void {
  fs.writeSync = isFull ? writeHalf : writeAll;
  syncBuiltinESMExports();
}
const writeAll = fs.writeSync;
const writeHalf = ((fd: number, octets: Buffer, at: number) => {
  if (at > 0) throw new Error("ENOSPC: no space left on device, write");
  return writeAll(fd, octets, at, octets.length >> 1);
}) as typeof fs.writeSync;

async function read(path: string, after = 0) {
  const reader = await HistoryReader.open(path, { after });
  assert.ok(reader);
  const all = [];
  for (let some = await reader.next(); some.length > 0; some = await reader.next()) all.push(...some);
  await reader.close();
  return all;
}

function linesIn(entries: readonly { event: string; data: string }[]): string[] {
  return entries.flatMap(({ event, data }) =>
    event === "lines" ? (JSON.parse(data) as { lines: string[] }).lines : [],
  );
}

test("200,000 lines are some hundred events, and each comes back as it was, from any place", async () => {
  const { path, history } = made();
  const lines = Array.from({ length: 200_000 }, (_, index) => `msg INBOX/${index} {1234} copied to “Ö” ${index}`);
  for (const text of lines) history.line(text);
  history.close();
  const all = await read(path);
  assert.ok(all.length <= 800, String(all.length));
  assert.deepEqual(linesIn(all), lines);
  assert.equal(history.eventCount, all.length);
  const after = 123;
  const rest = await read(path, after);
  assert.deepEqual(
    rest.map(({ id }) => id),
    all.slice(after).map(({ id }) => id),
  );
  const { first } = JSON.parse(rest[0]?.data ?? "") as { first: number };
  assert.deepEqual(linesIn(rest), lines.slice(first - 1));
});

test("events keep their order among lines", async () => {
  const { path, history } = made();
  history.line("before");
  history.append("left", { folder1: "a", folder2: "b", uid1: 1, octets: 2, reason: "r", isError: true });
  history.line("after");
  history.close();
  assert.deepEqual(
    (await read(path)).map(({ id, event }) => [id, event]),
    [
      [1, "lines"],
      [2, "left"],
      [3, "lines"],
    ],
  );
});

test("a log that is too long ends with a line that says so; states are kept all the same", async () => {
  const { path, history } = made({ maxOctets: 10_000 });
  for (let index = 0; index < 100_000; index++) history.line(`line ${index}`);
  history.append("state", { id: "x" } as never);
  history.close();
  assert.ok(statSync(path).size < 100_000);
  const all = await read(path);
  assert.equal(linesIn(all).at(-1), fullHistory);
  assert.equal(linesIn(all).filter((text) => text === fullHistory).length, 1);
  assert.equal(all.at(-1)?.event, "state");
});

test("what does not fit is lost, once said, and leaves a line in its place when there is room again", async (t) => {
  t.after(() => setFull(false));
  const path = join(directory, "full");
  const kept: string[] = [];
  const losses: string[] = [];
  const history = new History({
    ...{ path, maxOctets: 1 << 20, lineCount: 0, eventCount: 0, onGrowth: () => undefined },
    onLines: (lines) => void kept.push(...lines),
    onLoss: ({ message }) => void losses.push(message),
  });
  const size = (): number => history.octets;
  const reader = await HistoryReader.open(path, { size });
  history.line("before");
  history.flush();
  for (const time of [1, 2]) {
    setFull(true);
    history.line("lost one");
    history.flush();
    history.line("lost two");
    history.append("state", { id: `lost ${time}` } as never);
    assert.equal(statSync(path).size, history.octets, "what was written in part is cut off");
    assert.equal(losses.length, time);
    setFull(false);
    history.line(`after ${time}`);
    history.flush();
  }
  history.close();
  const all = await reader?.next();
  assert.deepEqual(linesIn(all ?? []), ["before", lostHistory(3), "after 1", lostHistory(3), "after 2"]);
  assert.deepEqual(kept, linesIn(all ?? []));
  assert.deepEqual(
    all?.map(({ id, data }) => [id, (JSON.parse(data) as { first: number }).first]),
    [1, 2, 3, 4, 5].map((number) => [number, number]),
  );
  await reader?.close();
});

test("what a crash left of an event is cut off, and ids go on", async () => {
  const { path, history } = made();
  history.line("one");
  history.close();
  appendFileSync(path, 'lines {"first":2,"li');
  const { history: again } = made({ path, lineCount: 1, eventCount: 1 });
  again.line("two");
  again.close();
  assert.deepEqual(
    (await read(path)).map(({ id, data }) => [id, JSON.parse(data) as unknown]),
    [
      [1, { first: 1, lines: ["one"] }],
      [2, { first: 2, lines: ["two"] }],
    ],
  );
});

test("a line without an end is kept in part", async () => {
  const { path, history } = made();
  history.line("x".repeat(10_000_000));
  history.close();
  assert.ok(statSync(path).size < 100_000);
  assert.match(linesIn(await read(path))[0] ?? "", /^x+…$/);
});

test("line breaks, and what looks like an event, are part of a line", async () => {
  const { path, history } = made();
  const odd = 'a\nid: 7\nevent: state\ndata: {}\n\n\u2028\ud800 <script>"';
  history.line(odd);
  history.close();
  const all = await read(path);
  assert.equal(all.length, 1);
  assert.deepEqual(linesIn(all), [odd]);
});

test("there is nothing to read where there is no history", async () => {
  assert.equal(await HistoryReader.open(join(directory, "none")), undefined);
});
