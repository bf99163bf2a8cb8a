// What a worker tells an administrator's command, and how often.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type Alert, Alerts, type AlertsOptions } from "../../../src/fleet/worker/alerts.ts";
import { eventually } from "../../support/eventually.ts";

function stopped(account: string): Alert {
  return { alert: "account-stopped", account, groups: "g", phase: "bulk", kind: "credentials", reason: "no" };
}

function told(more: Partial<AlertsOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const warnings: string[] = [];
  const alerts = new Alerts({
    ...{ worker: "w", command: "tell", log: { warn: (text) => void warnings.push(text) } },
    run: (_, line) => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
      return { ended: Promise.resolve(undefined) };
    },
    ...more,
  });
  return { alerts, lines, warnings };
}

test("each is one line of JSON with the time and the worker that tells it", () => {
  const { alerts, lines } = told();
  alerts.send(stopped("a"));
  const [{ time, ...rest } = {}] = lines;
  assert.ok(!Number.isNaN(Date.parse(String(time))));
  assert.deepEqual(rest, { worker: "w", ...stopped("a") });
});

test("of many at once some are told, and of the others how many there are", async () => {
  const { alerts, lines } = told({ refillMs: 20 });
  for (let i = 0; i < 60; i++) alerts.send(stopped(String(i)));
  assert.equal(lines.length, 10);
  const more = await eventually("the others are told of", () => lines[10]);
  assert.deepEqual(more["counts"], { "account-stopped": 50 });
  assert.equal(more["alert"], "more");
  await alerts.close();
});

test("whoever ends tells of those that were left out", async () => {
  const { alerts, lines } = told();
  for (let i = 0; i < 11; i++) alerts.send(stopped(String(i)));
  await alerts.close();
  assert.deepEqual(lines.at(-1)?.["counts"], { "account-stopped": 1 });
});

test("without a command there is only the log", async () => {
  const { alerts, lines } = told({ command: undefined });
  alerts.send(stopped("a"));
  await alerts.close();
  assert.deepEqual(lines, []);
});

test("a command that cannot be run, or fails, is told and ends nothing", async () => {
  for (const [command, words] of [
    ["/nonexistent/command", /ENOENT/],
    ["exit 3", /exit code 3/],
  ] as const) {
    const { warnings, ...made } = told();
    const alerts = new Alerts({ worker: "w", command, log: { warn: (text) => void warnings.push(text) } });
    alerts.send(stopped("a"));
    await alerts.close();
    await pause(0);
    assert.match(warnings.join(), words);
    assert.deepEqual(made.lines, []);
  }
});
