// What a server says of itself: what it can do, and what people are to read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { Session } from "../../src/imap/session/session.ts";
import { withScript } from "../support/scripted-server.ts";
import { command, recordedLog, withSession } from "./fixture.ts";

const noop = command("NOOP");

test("the capabilities are the last ones the server mentioned, wherever it did", async () => {
  const script = `
    C: t1 NOOP
    S: * CAPABILITY IMAP4rev1 one
    S: t1 OK
    C: t2 NOOP
    S: * OK [CAPABILITY IMAP4rev1 two] Hello
    S: t2 OK
    C: t3 NOOP
    S: t3 OK [CAPABILITY IMAP4rev1 three] Done`;
  await withSession(script, async (session) => {
    for (const name of ["ONE", "TWO", "THREE"]) {
      await session.run(noop);
      assert.deepEqual(
        ["ONE", "TWO", "THREE"].filter((each) => session.capabilities.has(each)),
        [name],
      );
    }
  });
});

test("what a server wants people to read is passed on, wherever it says so", async () => {
  const script = `
    S: * OK [ALERT] one
    C: t1 NOOP
    S: * NO [ALERT] two
    S: * BAD [ALERT] three
    S: t1 OK [ALERT] four
    C: t2 NOOP
    S: t2 NO [ALERT] five
    S: * BYE [ALERT] six`;
  const heard: string[] = [];
  await withScript(script, async (server) => {
    const onAlert = (text: string): void => void heard.push(text);
    const session = new Session(await server.connect(), { side: "local", log: recordedLog(), onAlert });
    await session.greeting();
    await session.run(noop);
    await assert.rejects(session.run(noop), CommandRefused);
    await session.ended;
  });
  assert.deepEqual(heard, ["one", "two", "three", "four", "five", "six"]);
});
