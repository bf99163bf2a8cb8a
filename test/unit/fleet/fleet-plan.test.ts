// What would run when.

import assert from "node:assert/strict";
import { test } from "node:test";
import { planFleet, type PlannedAccount, type PlanRules } from "../../../src/fleet/report/fleet-plan.ts";

const speed = { secondsEach: 0, messagesASecond: 1, octetsASecond: 1_000 };

function account(host: string, messages: number | undefined, more: Partial<PlannedAccount> = {}): PlannedAccount {
  const octets = messages === undefined ? undefined : messages * 100;
  return { groups: [`source:${host}`], host, priority: 0, messages, octets, ...more };
}

function plan(accounts: readonly PlannedAccount[], rules: Partial<PlanRules> = {}): ReturnType<typeof planFleet> {
  return planFleet(accounts, { slots: 10, limits: new Map(), speed, ...rules });
}

test("accounts count in the hour in which they end, by host", () => {
  const { hours, seconds } = plan([account("a", 1_800), account("a", 5_400), account("b", 60)]);
  assert.equal(seconds, 5_400);
  assert.deepEqual(
    hours.map(({ hour, host, accounts, messages }) => [hour, host, accounts, messages]),
    [
      [0, "a", 1, 1_800],
      [0, "b", 1, 60],
      [1, "a", 1, 5_400],
    ],
  );
});

test("a limit of a group has its accounts one after the other, and others run meanwhile", () => {
  const accounts = [account("a", 100), account("a", 100), account("b", 150)];
  assert.equal(plan(accounts, { limits: new Map([["source:a", 1]]) }).seconds, 200);
  assert.equal(plan(accounts).seconds, 150);
  assert.equal(plan(accounts, { slots: 1 }).seconds, 350);
});

test("large messages take as long as their octets", () => {
  assert.equal(plan([account("a", 10, { octets: 100_000 })]).seconds, 100);
});

test("an account that was not measured counts as the mean, and a limit of 0 holds accounts", () => {
  const accounts = [account("a", 100), account("a", 300), account("a", undefined), account("b", 5)];
  const { seconds, unmeasured, held } = plan(accounts, { slots: 1, limits: new Map([["source:b", 0]]) });
  assert.deepEqual({ unmeasured, held }, { unmeasured: 1, held: 1 });
  assert.equal(seconds, 100 + 300 + 135);
});
