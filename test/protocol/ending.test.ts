// Connections that end, well and badly, and what becomes of the commands on them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "../../src/imap/command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { InterimapError } from "../../src/model/errors.ts";
import { command, failsWith, withSession } from "./fixture.ts";

const noop = command("NOOP");

test("ended resolves with the reason, whoever ended the connection", async () => {
  await withSession("S: * BYE Maintenance\nclose", async (session) => {
    const reason = await session.ended;
    assert.match(reason.message, /Maintenance/);
    assert.equal(reason instanceof InterimapError && reason.side, "local");
  });
  await withSession("", async (session) => {
    const reason = new InterimapError("CONNECTION_LOST", "enough");
    session.destroy(reason);
    session.destroy(new Error("too late"));
    assert.equal(await session.ended, reason);
    assert.equal(session.isUsable, false);
  });
  await withSession("C: t1 LOGOUT\nS: t1 OK", async (session) => {
    await session.logout();
    assert.equal(failsWith("CONNECTION_LOST")(await session.ended), true);
  });
});

test("a server that turns us away says for how long", async () => {
  for (const [goodbye, ms] of [
    ["S: * BYE [UNAVAILABLE] Overloaded", 10_000],
    ["S: * BYE Too many connections, try again in 3 minutes", 180_000],
    ["S: * BYE Good night", undefined],
  ] as const) {
    await withSession(`${goodbye}\nclose`, async (session) => {
      const reason = await session.ended;
      assert.equal(reason instanceof InterimapError && reason.retryAfterMs, ms, goodbye);
    });
  }
});

test("a connection cut in the middle fails everything with the server's goodbye", async () => {
  const script = `
    C: t1 SELECT a
    S: * BYE Maintenance, back at noon
    close`;
  await withSession(script, async (session) => {
    const answers = ["select", "selected", "any"].map((overlap) =>
      session.run(command("SELECT a", { overlap: overlap as Command["overlap"] })),
    );
    for (const answer of answers)
      await assert.rejects(answer, failsWith("CONNECTION_LOST", /Maintenance, back at noon/));
    assert.equal(session.isUsable, false);
    await assert.rejects(session.run(noop), failsWith("CONNECTION_LOST", /Maintenance/));
  });
});

test("a response cut in the middle is a lost connection, not a broken protocol", async () => {
  for (const half of ["S- * OK hal", "S- * 1 FETCH (UID 1 BODY[] {10}\\x0d\\x0aab"]) {
    await withSession(`C: t1 NOOP\n${half}\nclose`, (session) =>
      assert.rejects(session.run(noop), failsWith("CONNECTION_LOST")),
    );
  }
});

test("destroy() fails what is in flight and what waits with the given reason", async () => {
  await withSession("C: t1 X", async (session) => {
    const answers = [command("X", { overlap: "alone" }), noop].map((each) => session.run(each));
    await new Promise((later) => setTimeout(later, 20));
    const reason = new Error("enough");
    session.destroy(reason);
    for (const answer of answers) await assert.rejects(answer, reason);
  });
});

test("logout() does not wait for the answer, unless another is due", async () => {
  await withSession("C: t1 LOGOUT", (session) => session.logout());
  await withSession("C: t1 NOOP\nC: t2 LOGOUT\n...\nS: t1 OK\nS: * BYE\nS: t2 OK\nclose", async (session) => {
    const answer = session.run(command("NOOP"));
    await session.logout();
    await answer;
  });
  await withSession("close", async (session) => {
    await session.ended;
    await session.logout();
    await session.logout();
  });
});

test("logout() says goodbye and never fails", async () => {
  await withSession("C: t1 LOGOUT\nS: * BYE see you\nS: t1 OK\nclose", (session) => session.logout());
  await withSession("C: t1 LOGOUT\nclose", (session) => session.logout());
  await withSession("C: t1 LOGOUT\nS: t1 BAD never", async (session) => {
    await session.logout();
    await session.logout();
    await assert.rejects(session.run(noop), failsWith("CONNECTION_LOST"));
  });
});

const nonsense: readonly (readonly [what: string, line: string])[] = [
  ["a line that is no response", "S: HTTP/1.1 400 Bad Request"],
  ["an answer to a command never sent", "S: zz OK done"],
  ["a tagged line that is no answer", "S: t1 PERHAPS"],
];

for (const [what, line] of nonsense) {
  test(`${what} ends the connection with PROTOCOL`, async () => {
    await withSession(`C: t1 NOOP\n${line}\nS: t1 OK`, (session) =>
      assert.rejects(session.run(noop), failsWith("PROTOCOL")),
    );
  });
}

test("after a BYE that nobody asked for nothing is waited for", async () => {
  await withSession("C: t1 NOOP\nC: t2 NOOP\nS: * BYE [UNAVAILABLE] Autologout; idle for too long", async (session) => {
    const answers = [session.run(noop), session.run(noop)];
    for (const answer of answers)
      await assert.rejects(
        answer,
        failsWith("CONNECTION_LOST", /^connection lost: \[UNAVAILABLE\] Autologout; idle for too long/),
      );
    assert.equal(session.isUsable, false);
    await assert.rejects(session.run(noop), failsWith("CONNECTION_LOST", /Autologout/));
  });
});

test("what came together with a BYE still counts", async () => {
  await withSession(
    "C: t1 LOGIN\nS: * BYE Too many failures\nS: t1 NO [AUTHENTICATIONFAILED] wrong",
    async (session) => {
      await assert.rejects(session.run(command("LOGIN")), CommandRefused);
      await assert.rejects(session.run(noop), failsWith("CONNECTION_LOST", /Too many failures/));
    },
  );
});
