// Both stores are full, because another program has filled one from the other, and there is no database yet: nothing is copied
// that is there, no message is taken for another, and flags are united.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, test, type TestContext } from "node:test";
import { perSide, sides } from "../../src/model/side.ts";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import { type FirstMeeting, meet } from "../support/first-meeting.ts";
import { asUser } from "../support/mail-server.ts";
import { type Mover, movers } from "../support/movers.ts";
import { startAll } from "../support/start-all.ts";
import { assertNothingToDo } from "./converge.ts";

const users = movers.map((_, index) => `t${index + 1}`);

const { dovecot, other, maildir, otherMaildir, cyrus } = await startAll({
  dovecot: startDovecot(),
  other: startDovecot(),
  maildir: startDovecot({ mailFormat: "maildir" }),
  otherMaildir: startDovecot({ mailFormat: "maildir" }),
  cyrus: startCyrus({ users }),
});

describe("two stores that are full", () => {
  for (const [index, mover] of movers.entries()) {
    const { name, needs, isTypical = false } = mover;
    const skip = whyNot(mover);
    const full = sides[index % 2]!;
    const between = needs === "Maildirs" ? [maildir, otherMaildir] : [dovecot, other];
    test(`${name}: each message is known, the ${full} side is the older one`, { skip }, async (t) => {
      const [from, to] = between.map((server) => asUser(server, users[index]!));
      await assertKnown(t, { mover, full, servers: perSide((side) => (side === full ? from! : to!)) });
    });
    if (!isTypical) continue;
    test(`${name}, into a Cyrus: each message is known`, { skip }, async (t) => {
      const [from, to] = [asUser(dovecot, `cyrus-${users[index]!}`), asUser(cyrus, users[index]!)];
      await assertKnown(t, { mover, full, servers: perSide((side) => (side === full ? from : to)) });
    });
  }
});

function whyNot({ program, package: name }: Mover): string | false {
  if (program === undefined || existsSync(program)) return false;
  return `${program} is missing: run scripts/install-packages.ts ${name ?? ""}`;
}

async function assertKnown(t: TestContext, meeting: Omit<FirstMeeting, "messages">): Promise<void> {
  const { run, surplus, wrong, lostFlags, home, end } = await meet({ ...meeting, messages: 300 });
  t.after(end);
  assert.equal(run.status, 0, run.stderr);
  assert.deepEqual(surplus, { local: 0, remote: 0 }, run.stderr);
  assert.deepEqual([wrong, lostFlags], [[], []], run.stderr);
  await assertNothingToDo({ home, ...meeting.servers });
}
