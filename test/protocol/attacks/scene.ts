// A login to somebody who must not get the credentials, seen from both sides of the configuration.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { ErrorCode } from "../../../src/model/errors.ts";
import type { InetSettings } from "../../../src/model/server-settings.ts";
import { type Side, sides } from "../../../src/model/side.ts";
import { type Attacker, findSecret, startAttacker, type Wire } from "../../support/attacker.ts";
import { inetSettings, tlsSettings } from "../../support/inet-settings.ts";
import { connectTo, failsWith, recordedLog, serverSettings } from "../fixture.ts";

export const username = "somebody-secret";
export const password = "S3cret-Pässwörd {5}";

export interface Attack {
  readonly name: string;
  readonly transport?: Partial<InetSettings>;
  readonly settings?: Parameters<typeof serverSettings>[1];
  /** What the attacker does with each connection. */
  readonly script: (wire: Wire) => Promise<void> | void;
  /** All lines that left, tags included. */
  readonly left: readonly string[];
  readonly fails: ErrorCode;
  readonly words?: RegExp;
  readonly timeoutMs?: number;
}

export const startTls = { startTls: true, tls: tlsSettings() };

/** The attack is held off: it ends in one error, and nothing but the lines it names has left. */
export function heldOff(attack: Attack): void {
  for (const side of sides)
    test(`${attack.name} (${side})`, async (t) => {
      const attacker = await startAttacker(t, attack.script);
      await assert.rejects(connecting(side, attacker, attack), failsWith(attack.fails, attack.words));
      assert.deepEqual(attacker.lines, attack.left);
      requireNoCredentials(attacker);
      assert.equal(attacker.connections, 1, "there is no second try, with less");
    });
}

export async function connecting(side: Side, { port }: Attacker, attack: Partial<Attack>): Promise<void> {
  const { transport = {}, settings = {}, timeoutMs = 30_000 } = attack;
  const whole = serverSettings(port, { transport: inetSettings(port, transport), username, password, ...settings });
  const session = await connectTo(whole, { side, log: recordedLog(2), keepAlive: false, timeoutMs });
  session.destroy();
}

export function requireNoCredentials({ heard }: Attacker): void {
  for (const secret of [username, password]) {
    assert.equal(findSecret(heard, secret), undefined, `all that left: ${JSON.stringify(heard.toString("latin1"))}`);
  }
}

export type { TestContext };
