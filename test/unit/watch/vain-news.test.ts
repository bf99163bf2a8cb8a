import assert from "node:assert/strict";
import { test } from "node:test";
import { VainNews } from "../../../src/watch/vain-news.ts";

/** Empty news, told as soon as those before have been looked into. */
function loop(news: VainNews, times: number): { readonly now: number; readonly isNoise: boolean; pauses: number[] } {
  let now = 1_000;
  let isNoise = false;
  const pauses: number[] = [];
  for (let i = 0; i < times; i++) {
    const reportedAt = now;
    now = Math.max(now, news.dueAt("a", reportedAt));
    pauses.push(now - reportedAt);
    isNoise = news.add("a", { reportedAt, now: ++now });
  }
  return { now, isNoise, pauses };
}

test("news wait for nothing, nor do those after the first that were empty", () => {
  const news = new VainNews();
  assert.equal(news.dueAt("a", 5), 5);
  assert.equal(news.dueAt("a", Infinity), Infinity);
  assert.deepEqual(loop(news, 3).pauses, [0, 0, 0]);
  assert.equal(news.dueAt("a", Infinity), Infinity);
});

test("then pauses grow, up to about a minute, and it counts as noise; other news do not wait", () => {
  const news = new VainNews();
  assert.equal(loop(news, 7).isNoise, false);
  const { now, isNoise, pauses } = loop(new VainNews(), 100);
  assert.equal(isNoise, true);
  for (const [i, pause] of pauses.slice(3).entries()) {
    const longest = Math.min(64_000, 2_000 * 2 ** i);
    assert.ok(pause >= 999 && pause <= longest, `${i}: ${pause}`);
  }
  assert.equal(news.dueAt("b", now), now);
});

test("a find, or silence for half a minute, makes news wait for nothing again", () => {
  const found = new VainNews();
  const { now } = loop(found, 20);
  assert.ok(found.dueAt("a", now) > now);
  found.forget("a");
  assert.equal(found.dueAt("a", now), now);
  const silent = new VainNews();
  const later = loop(silent, 20).now + 30_001;
  assert.equal(silent.dueAt("a", later), later);
  assert.equal(silent.add("a", { reportedAt: later, now: later }), false);
  assert.equal(silent.dueAt("a", later), later);
});
