// The log of the wire: neither credentials nor messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { astring, line } from "../../src/imap/codec/write-command.ts";
import type { Command } from "../../src/imap/command.ts";
import { command, recordedLog, withSession } from "./fixture.ts";

const octets = (text: string) => ({ literal: Buffer.from(text, "latin1") });

const login: Command = command("", { name: "LOGIN", parts: line`LOGIN ${astring("ann\xe9")} ${astring('se"cret')}` });

test("the log shows credentials only when --debug was given twice", async () => {
  const script = String.raw`
    C: t1 LOGIN {4}
    S: + go
    C: ann\xe9 "se\"cret"
    S: t1 OK
    C: t2 AUTHENTICATE PLAIN
    S: +
    C: c2VjcmV0
    S: t2 OK
    C: t3 AUTHENTICATE PLAIN c2VjcmV0
    S: t3 OK`;
  for (const debug of [0, 1, 2] as const) {
    const log = recordedLog(debug);
    const work = async (session: Parameters<Parameters<typeof withSession>[1]>[0]): Promise<void> => {
      await session.run(login);
      await session.run(command("AUTHENTICATE PLAIN", { overlap: "alone", answerChallenge: () => "c2VjcmV0" }));
      await session.run(command("AUTHENTICATE PLAIN c2VjcmV0"));
    };
    await withSession(script, work, { log, capabilities: ["LITERAL+"] });
    const text = log.lines.join("\n");
    assert.equal(log.lines.length > 0, debug > 0);
    assert.equal(/c2VjcmV0/.test(text), debug === 2, text);
    assert.equal(/cret/.test(text), debug === 2, text);
    if (debug > 0) assert.match(text, /C: a\d LOGIN[^]*C: a\d AUTHENTICATE PLAIN/);
  }
});

test("the log leaves out what is in literals", async () => {
  const log = recordedLog(2);
  const script = `
    C: t1 APPEND box {4+}
    C: mail
    S: * 1 FETCH (UID 1 BODY[] {4}
    S: post)
    S: t1 OK`;
  const append = command("", { parts: line`APPEND box ${octets("mail")}` });
  await withSession(script, (session) => session.run(append), { log, capabilities: ["LITERAL+"] });
  assert.match(log.lines.join("\n"), /APPEND box \{4\+\}[^]*BODY\[\] \{4\}/);
  assert.doesNotMatch(log.lines.join("\n"), /mail|post/);
});
