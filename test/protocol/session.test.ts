// Commands out, answers in: which go out when, and how each ends.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Command } from "../../src/imap/command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { interrupted } from "../../src/model/errors.ts";
import { command, failsWith, withSession } from "./fixture.ts";

const noop = command("NOOP");

test("commands go out at once and each gets its own answer, in whatever order", async () => {
  const script = `
    C: t1 NOOP
    C: t2 CHECK
    C: t3 LOGOUT
    S: t1 OK one
    S: t3 OK three
    S: t2 OK two`;
  await withSession(script, async (session) => {
    const answers = await Promise.all(["NOOP", "CHECK", "LOGOUT"].map((line) => session.run(command(line))));
    assert.deepEqual(
      answers.map(({ text }) => text),
      ["one", "two", "three"],
    );
  });
});

test("what may not overlap waits until the commands before it are answered", async () => {
  const script = `
    C: t1 SELECT a
    ...
    S: t1 OK
    C: t2 UID FETCH 1 FLAGS
    C: t3 UID FETCH 2 FLAGS
    ...
    S: t2 OK
    S: t3 OK
    C: t4 SELECT b
    S: t4 OK`;
  await withSession(script, async (session) => {
    await Promise.all([
      session.run(command("SELECT a", { overlap: "select" })),
      session.run(command("UID FETCH 1 FLAGS", { overlap: "selected" })),
      session.run(command("UID FETCH 2 FLAGS", { overlap: "selected" })),
      session.run(command("SELECT b", { overlap: "select" })),
    ]);
  });
});

test("no command overtakes one that waits", async () => {
  const script = `
    C: t1 STARTTLS
    ...
    S: t1 NO
    C: t2 SELECT a
    C: t3 NOOP
    S: t2 OK
    S: t3 OK`;
  await withSession(script, async (session) => {
    await Promise.allSettled([
      session.run(command("STARTTLS", { overlap: "alone" })),
      session.run(command("SELECT a", { overlap: "select" })),
      session.run(noop),
    ]);
  });
});

test("a session is idle while nothing waits to be sent or answered", async () => {
  const script = `
    C: t1 X
    ...
    S: t1 OK
    C: t2 NOOP
    S: t2 NO`;
  await withSession(script, async (session) => {
    assert.equal(session.isIdle, true);
    const first = session.run(command("X", { overlap: "alone" }));
    const second = session.run(noop);
    assert.equal(session.isIdle, false);
    await first;
    assert.equal(session.isIdle, false);
    await assert.rejects(second, CommandRefused);
    assert.equal(session.isIdle, true);
  });
});

test("NO and BAD refuse one command and keep the server's words and code", async () => {
  const script = `
    C: t1 DELETE a
    S: t1 NO [CANNOT] Not this one
    C: t2 DELETE b
    S: t2 BAD What?
    C: t3 NOOP
    S: t3 OK`;
  await withSession(script, async (session) => {
    await assert.rejects(session.run(command("DELETE a")), (error: unknown) => {
      assert.ok(error instanceof CommandRefused);
      const { command, status, responseCode, words, side, message } = error;
      assert.deepEqual(
        { command, status, name: responseCode?.name, words, side },
        { command: "DELETE", status: "NO", name: "CANNOT", words: "[CANNOT] Not this one", side: "local" },
      );
      assert.equal(message, "the server refused DELETE: NO [CANNOT] Not this one");
      return true;
    });
    await assert.rejects(session.run(command("DELETE b")), { status: "BAD", words: "What?", responseCode: undefined });
    await session.run(noop);
  });
});

test("a command whose failure nobody awaits ends no process", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    await withSession("C: t1 NOOP\nC: t2 NOOP\nclose", async (session) => {
      void session.run(noop);
      await assert.rejects(session.run(noop), failsWith("CONNECTION_LOST"));
      await setImmediate();
    });
    assert.deepEqual(unhandled, []);
  } finally {
    process.off("unhandledRejection", note);
  }
});

test("a tag that was sent once cannot be answered twice", async () => {
  await withSession("C: t1 NOOP\nS: t1 OK\nC: t2 NOOP\nS: t1 OK", async (session) => {
    await session.run(noop);
    await assert.rejects(session.run(noop), failsWith("PROTOCOL", /never sent/));
  });
});

test("8-bit octets in the server's words and in names do no harm", async () => {
  const script = String.raw`
    C: t1 LIST "" *
    S: * OK Gr\xc3\xbc\xc3\x9fe \xff\xfe
    S: * LIST () "/" "caf\xe9"
    S: t1 NO d\xc3\xa9sol\xc3\xa9`;
  await withSession(script, async (session) => {
    const names: string[] = [];
    const claim: Command["claim"] = (response) => response.kind === "list" && names.push(response.name) > 0;
    await assert.rejects(session.run(command('LIST "" *', { claim })), { words: "désolé" });
    assert.deepEqual(names, ["caf\xe9"]);
  });
});

test("behind a fence nothing is changed any more, even by a command that was waiting for its turn", async () => {
  const script = `
    C: t0 ONE
    S: t0 OK
    C: t2 NOOP
    S: t2 OK`;
  let isOver = false;
  const fence = () => (isOver ? interrupted() : undefined);
  await withSession(
    script,
    async (session) => {
      const one = session.run(command("ONE", { overlap: "alone" }));
      const two = session.run(command("APPEND", { overlap: "alone" }));
      isOver = true;
      await one;
      await assert.rejects(two, failsWith("INTERRUPTED"));
      await session.run(command("NOOP"));
    },
    { fence },
  );
});
