// Commands out, responses in: pipelining, literals, routing, and connections that end badly.

import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Capabilities } from "../../src/imap/capabilities.ts";
import { astring, line } from "../../src/imap/codec/write-command.ts";
import type { Command } from "../../src/imap/command.ts";
import { CommandRefused } from "../../src/imap/command-refused.ts";
import { select } from "../../src/imap/verbs/select.ts";
import { MailboxView } from "../../src/imap/mailbox-view.ts";
import type { FetchResponse, UntaggedResponse } from "../../src/imap/responses.ts";
import { Session } from "../../src/imap/session.ts";
import { InterimapError } from "../../src/model/errors.ts";
import { withScript } from "../support/scripted-server.ts";
import { command, failsWith, recordedLog, withSession } from "./fixture.ts";

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

test("untagged data go to the command that claims them, the rest to the selected mailbox", async () => {
  const script = String.raw`
    C: t1 SELECT a
    S: * 3 EXISTS
    S: t1 OK
    C: t2 LIST "" *
    C: t3 STATUS b (MESSAGES)
    S: * STATUS b (MESSAGES 7)
    S: * LIST () "/" c
    S: * 4 EXISTS
    S: t2 OK
    S: t3 OK`;
  const claimed = (kind: UntaggedResponse["kind"], into: UntaggedResponse[]): Pick<Command, "claim"> => ({
    claim: (response) => response.kind === kind && into.push(response) > 0,
  });
  const [lists, statuses]: UntaggedResponse[][] = [[], []];
  await withSession(script, async (session) => {
    await assert.rejects(select(session, "a"), failsWith("MAILBOX_UNSYNCABLE"));
    await Promise.all([
      session.run(command('LIST "" *', claimed("list", lists ?? []))),
      session.run(command("STATUS b (MESSAGES)", claimed("mailbox-status", statuses ?? []))),
    ]);
    assert.equal(session.view?.exists, 4);
  });
  assert.equal(lists?.length, 1);
  assert.equal(statuses?.length, 1);
});

test("the listener gets what nobody claims, selected mailbox or not, and nothing else", async () => {
  const script = String.raw`
    C: t1 LIST "" *
    S: * LIST () "/" c
    S: * STATUS b (MESSAGES 7)
    S: * 4 EXISTS
    S: * OK [HIGHESTMODSEQ 8] so far
    S: * CAPABILITY IMAP4rev1
    S: t1 OK
    S: * LIST () "/" d
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const told: UntaggedResponse["kind"][] = [];
    session.listen(({ kind }) => {
      told.push(kind);
    });
    await session.run(command('LIST "" *', { claim: ({ kind }) => kind === "list" }));
    await session.run(noop);
    assert.deepEqual(told, ["mailbox-status", "exists", "status", "capability", "list"]);
  });
});

test("the view knows already what the listener is told", async () => {
  await withSession("C: t1 NOOP\nS: * 4 EXISTS\nS: t1 OK", async (session) => {
    const view = new MailboxView("box");
    session.view = view;
    const seen: number[] = [];
    session.listen(() => {
      seen.push(view.exists);
    });
    await session.run(noop);
    assert.deepEqual(seen, [4]);
  });
});

test("a listener that throws ends the connection with that", async () => {
  await withSession("C: t1 NOOP\nS: * 4 EXISTS\nS: t1 OK", async (session) => {
    const reason = new Error("a bug");
    session.listen(() => {
      throw reason;
    });
    await assert.rejects(session.run(noop), reason);
    assert.equal(await session.ended, reason);
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

/** Each write as it would leave in a packet. */
class Packets extends Duplex {
  readonly seen: string[] = [];

  override _read(): void {}

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.seen.push(Buffer.concat(chunks.map(({ chunk }) => chunk)).toString("latin1"));
    done();
  }
}

test("commands of one moment leave in one packet, and those of the next in another", async () => {
  const stream = new Packets();
  const session = new Session({ stream, secure: false }, { side: "local", log: recordedLog() });
  session.capabilities = new Capabilities(["LITERAL+"]);
  for (const line of ["A", "B"]) void session.run(command(line));
  void session.run(command("", { parts: line`C ${octets("lit")} D` }));
  await setImmediate();
  assert.deepEqual(stream.seen, ["a0 A\r\na1 B\r\na2 C {3+}\r\nlit D\r\n"]);
  void session.run(command("E"));
  await setImmediate();
  assert.deepEqual(stream.seen.slice(1), ["a3 E\r\n"]);
  session.destroy();
});

test("what waited for a literal leaves with it", async () => {
  const stream = new Packets();
  const session = new Session({ stream, secure: false }, { side: "local", log: recordedLog() });
  void session.run(command("", { parts: line`A ${octets("lit")} B` }));
  void session.run(command("C"));
  await setImmediate();
  stream.push("+ go\r\n");
  await setImmediate();
  await setImmediate();
  assert.deepEqual(stream.seen, ["a0 A {3}\r\n", "lit B\r\na1 C\r\n"]);
  session.destroy();
});

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

const octets = (text: string) => ({ literal: Buffer.from(text, "latin1") });

test("a literal waits for its + unless the server knows LITERAL+", async () => {
  const parts = line`X ${octets("a\r\nb")} (${octets("\xff\0")})`;
  const waiting = String.raw`
    C: t1 X {4}
    ...
    S: + go
    C: a
    C: b ({2}
    S: + go
    C: \xff\x00)
    C: t2 NOOP
    S: t1 OK
    S: t2 OK`;
  const atOnce = String.raw`
    C: t1 X {4+}
    C: a
    C: b ({2+}
    C: \xff\x00)
    C: t2 NOOP
    S: t1 OK
    S: t2 OK`;
  for (const [script, capabilities] of [
    [waiting, []],
    [atOnce, ["LITERAL+"]],
    [atOnce, ["LITERAL-"]],
  ] as const) {
    await withSession(script, (session) => Promise.all([session.run({ ...noop, parts }), session.run(noop)]), {
      capabilities,
    });
  }
});

test("with LITERAL- only literals above 4,096 octets wait", async () => {
  const script = `
    C: t1 X {4096+}
    C: ${"x".repeat(4096)} {4097}
    S: + go
    C: ${"y".repeat(4097)}
    S: t1 OK`;
  const parts = line`X ${octets("x".repeat(4096))} ${octets("y".repeat(4097))}`;
  await withSession(script, (session) => session.run({ ...noop, parts }), { capabilities: ["LITERAL-"] });
});

test("a literal refused before its + is never sent, and the next command goes out", async () => {
  const script = `
    C: t1 APPEND box {1000}
    S: t1 NO [OVERQUOTA] no room
    C: t2 NOOP
    S: t2 OK`;
  await withSession(script, async (session) => {
    const append = session.run({ ...noop, name: "APPEND", parts: line`APPEND box ${octets("x".repeat(1000))}` });
    const after = session.run(noop);
    await assert.rejects(
      append,
      (error) => error instanceof CommandRefused && error.responseCode?.name === "OVERQUOTA",
    );
    await after;
  });
});

test("answers to earlier commands arrive while a literal waits", async () => {
  const script = `
    C: t1 NOOP
    C: t2 X {3}
    S: * 1 EXISTS
    S: t1 OK
    ...
    S: + go
    C: abc
    S: t2 OK`;
  await withSession(script, (session) =>
    Promise.all([session.run(noop), session.run({ ...noop, parts: line`X ${octets("abc")}` })]),
  );
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

test("leave() says goodbye and does not wait for the answer, unless another is due", async () => {
  await withSession("C: t1 LOGOUT", (session) => session.leave());
  await withSession("C: t1 NOOP\nC: t2 LOGOUT\n...\nS: t1 OK\nS: * BYE\nS: t2 OK\nclose", async (session) => {
    const answer = session.run(command("NOOP"));
    await session.leave();
    await answer;
  });
  await withSession("close", async (session) => {
    await session.ended;
    await session.leave();
    await session.leave();
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

const odd: readonly (readonly [what: string, line: string])[] = [
  ["UIDs out of range", "S: * VANISHED 1:99999999999"],
  ["flags that are no list", String.raw`S: * 1 FETCH (UID 1 FLAGS \Seen)`],
  ["a mod-sequence that is no number", "S: * 1 FETCH (UID 1 MODSEQ (x))"],
  ["a flag with a space in it", 'S: * 1 FETCH (UID 1 FLAGS ("a b"))'],
  ["a flag that closes the list", 'S: * 1 FETCH (UID 1 FLAGS ("a)"))'],
  ["a flag with a line break", "S: * 1 FETCH (UID 1 FLAGS ({4}\nS: a\nS: b))"],
  ["a text that ends in the marker of a literal", "S: * NO there is no a{3}"],
  ["a removal by sequence number", "S: * 1 EXPUNGE"],
  ["a mailbox without a name", 'S: * LIST () "/"'],
];

for (const [what, line] of odd) {
  test(`${what} does not end the connection`, async () => {
    await withSession(`C: t1 NOOP\n${line}\nS: t1 OK in order {3}\nC: t2 NOOP\nS: t2 OK`, async (session) => {
      session.view = new MailboxView("a");
      await session.run(noop);
      await session.run(noop);
    });
  });
}

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

test("+ without end, where nothing is expected, ends the connection", async () => {
  await withSession(`C: t1 NOOP\n${"S: + more\n".repeat(200)}`, (session) =>
    assert.rejects(session.run(noop), failsWith("PROTOCOL", /again and again/)),
  );
});

test("a server may ask for more than it gets each time, as long as it answers", async () => {
  const script = Array.from({ length: 5 }, (_, i) => `C: t${i} NOOP\n${"S: + more\n".repeat(50)}S: t${i} OK`).join(
    "\n",
  );
  await withSession(script, async (session) => {
    for (let i = 0; i < 5; i++) await session.run(noop);
  });
});

const fetching = (brings: number | undefined, into: FetchResponse[]): Command =>
  command("UID FETCH 1:9 BODY[]", {
    overlap: "selected",
    ...(brings !== undefined && { brings }),
    claim: (response) => response.kind === "fetch" && response.body !== undefined && into.push(response) > 0,
  });

const kib = 1024;
const sent = (uid: number, octets: number): string =>
  `S: * ${uid} FETCH (UID ${uid} BODY[] {${octets}}\nS: ${"x".repeat(octets)})`;

for (const [what, brings, sizes, taken] of [
  ["as much as was asked for", 300 * kib, [100 * kib, 200 * kib], [true, true]],
  ["more than was asked for, in one message", 300 * kib, [301 * kib, 5 * kib], [false, true]],
  ["more than was asked for, in several", 300 * kib, [200 * kib, 101 * kib, 100 * kib], [true, false, true]],
  ["much that was not expected", undefined, [64 * kib, 64 * kib + 1], [true, false]],
] as const) {
  test(`${what}: no more than that is kept`, async () => {
    const answers: FetchResponse[] = [];
    const script = `C: t1 UID FETCH 1:9 BODY[]\n${sizes.map((size, i) => sent(i + 1, size)).join("\n")}\nS: t1 OK`;
    await withSession(script, (session) => session.run(fetching(brings, answers)));
    assert.deepEqual(
      answers.map(({ uid, body, passedOver }) => [uid, body?.length, passedOver]),
      sizes.map((size, i) => (taken[i] ? [i + 1, size, undefined] : [i + 1, undefined, size])),
    );
  });
}

test("an unasked-for + does no harm", async () => {
  await withSession("C: t1 NOOP\nS: + idling\nS: t1 OK", (session) => session.run(noop));
});

for (const code of ["HIGHESTMODSEQ x", "UIDVALIDITY x", "UIDVALIDITY 99999999999", "UIDNEXT -1"]) {
  const opening = `
    C: t1 SELECT a
    S: * OK [UIDVALIDITY 1] v
    S: * OK [UIDNEXT 2] n
    S: * OK [HIGHESTMODSEQ 3] h`;
  for (const line of [`* OK [${code}] hm`, `t1 OK [${code}] done`]) {
    test(`"${line}" in answer to SELECT leaves out the mailbox, and nobody waiting`, async () => {
      await withSession(`${opening}\nS: ${line}${line.startsWith("*") ? "\nS: t1 OK" : ""}`, (session) =>
        assert.rejects(select(session, "a"), failsWith("MAILBOX_PROTOCOL", /invalid/)),
      );
    });
  }
}

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
