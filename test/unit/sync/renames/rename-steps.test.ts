import assert from "node:assert/strict";
import { test } from "node:test";
import { planRenameSteps } from "../../../../src/sync/renames/rename-steps.ts";

const inner = (name: string): string => name.replaceAll("/", "\0");

/** Goals as `from>to`; the steps alike, `~` for the temporary ending. */
function steps(names: readonly string[], ...goals: readonly string[]): string | undefined {
  const pairs = goals.map((goal) => goal.split(">").map(inner) as [string, string]);
  return planRenameSteps({ names: names.map(inner), goals: new Map(pairs) })
    ?.map(({ from, to }) => `${from}>${to}`.replaceAll("\0", "/").replaceAll("-interimap-renaming", "~"))
    .join(" ");
}

test("a chain is moved on from its end, and a circle by way of a temporary name", () => {
  assert.equal(steps(["log"], "log>log-1"), "log>log-1");
  assert.equal(steps(["log", "log-1"], "log>log-1", "log-1>log-2"), "log-1>log-2 log>log-1");
  assert.equal(steps(["a", "b"], "a>b", "b>a"), "b>b~ a>b b~>a");
  assert.equal(steps(["a", "b", "c"], "a>b", "b>c", "c>a"), "b>b~ a>b c>a b~>c");
});

test("what is below goes along, and what is to stay comes back", () => {
  assert.equal(steps(["a", "a/x", "b", "b/y"], "a>b", "a/x>b/x", "b>a", "b/y>a/y"), "b>b~ a>b b~>a");
  assert.equal(steps(["a", "a/x"], "a>b", "a/x>a/x"), "a>b b/x>a/x");
  assert.equal(steps(["a", "a/new"], "a>b"), "a>b");
});

test("below its own name, and under a name that others are below", () => {
  assert.equal(steps(["s", "s/1"], "s>s/2", "s/1>s/1"), "s>s~ s~>s/2 s/2/1>s/1");
  assert.equal(steps(["a", "a/b"], "a>a/b", "a/b>a"), "a>a~ a~/b>a a~>a/b");
  assert.equal(steps(["foo", "root/a"], "foo>root"), "root>root~ foo>root root~/a>root/a");
});

test("ended after any step, the rest can be done", () => {
  const goals = ["a>b", "b>c", "c>a", "c/k>a/k"];
  const whole = planRenameSteps({
    names: ["a", "b", "c", inner("c/k")],
    goals: new Map(goals.map((goal) => goal.split(">").map(inner) as [string, string])),
  })!;
  for (let done = 0; done <= whole.length; done++) {
    let places = goals.map((goal) => goal.split(">").map(inner) as [string, string]);
    const go = (list: typeof whole): void => {
      for (const { from, to } of list)
        places = places.map(([now, goal]) => [
          now === from || now.startsWith(`${from}\0`) ? to + now.slice(from.length) : now,
          goal,
        ]);
    };
    go(whole.slice(0, done));
    go(planRenameSteps({ names: places.map(([now]) => now), goals: new Map(places) })!);
    assert.deepEqual(
      places.map(([now]) => now),
      places.map(([, goal]) => goal),
    );
  }
});

test("what a run that was ended left aside and nobody knows gets its name back", () => {
  assert.equal(steps(["x", "a-interimap-renaming/u"], "x>a"), "x>a a~/u>a/u");
});

test("no way where a name stays another's", () => {
  assert.equal(steps(["a", "b"], "a>b", "b>b"), undefined);
});
