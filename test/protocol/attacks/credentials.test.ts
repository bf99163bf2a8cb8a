// Names and passwords that look like something else: no octet of them is a command, the end of one, or the announcement of a
// literal that is none. What a mechanism cannot carry is refused before anything of it leaves.

import assert from "node:assert/strict";
import { test } from "node:test";
import { InterimapError } from "../../../src/model/errors.ts";
import type { AuthMechanism } from "../../../src/model/server-settings.ts";
import { startAttacker } from "../../support/attacker.ts";
import { commandReader, type ReadCommand, textOf } from "../../support/gmail/read-command.ts";
import { connecting } from "./scene.ts";

const odd: readonly string[] = [
  ...[
    "a\r\nb1 LOGOUT",
    "a\nb",
    "a\rb",
    'a"b',
    "a\\",
    'a\\"b',
    "a{5}",
    "a{5+}",
    "a~{6}",
    "{3}",
    "(a)",
    "a%*b",
    "\x1b[2J",
    "\x7f",
  ],
  ...[
    "é",
    "\u202e",
    "\u2028",
    "NIL",
    '"',
    " ",
    "a ",
    "*",
    "+ ",
    "=",
    "a,b=c",
    "n,a=x,",
    "\x01",
    "a\0b",
    "\0",
    "\0a\0b",
  ],
];

const mechanisms: readonly AuthMechanism[] = ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "SCRAM-SHA-1"];

for (const mechanism of mechanisms)
  test(`${mechanism}: whatever is in names and passwords, one command leaves, whole or not at all`, async (t) => {
    for (const [what, text] of odd.flatMap((text) => [["username", text] as const, ["password", text] as const])) {
      const commands: ReadCommand[] = [];
      const answers: string[] = [];
      const attacker = await startAttacker(t, async (wire) => {
        wire.say(`* OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=${mechanism}] ready\r\n`);
        const read = commandReader({
          onLine: (line) => {
            const isAnswer = commands.length > 0;
            if (isAnswer) {
              answers.push(line);
              wire.say("a0 NO no\r\n");
            }
            return isAnswer;
          },
          onLiteral: () => {
            wire.say("+ go on\r\n");
            return true;
          },
          onCommand: (command) => {
            commands.push(command);
            // To who waits for a challenge, one; then an end.
            if (command.name === "AUTHENTICATE" && command.args.length === 1) wire.say("+ PDEuMkBleGFtcGxlPg==\r\n");
            else wire.say(`${command.tag} NO no\r\n`);
          },
        });
        for (let octets = await wire.octets(); octets !== undefined; octets = await wire.octets()) read(octets);
      });
      const settings = { auth: [mechanism], username: "u", password: "p", [what]: text };
      await assert.rejects(connecting("local", attacker, { settings }), (error) => {
        assert.ok(error instanceof InterimapError, `${what} ${JSON.stringify(text)}: ${String(error)}`);
        assert.notEqual(error.exitCode, 70, `${what} ${JSON.stringify(text)}: ${String(error.stack)}`);
        return true;
      });
      const shown = `${what} ${JSON.stringify(text)}: ${JSON.stringify(attacker.heard.toString("latin1"))}`;
      assert.ok(commands.length <= 1 && answers.length <= 1, shown);
      const [command] = commands;
      if (command === undefined) continue;
      assert.equal(command.name, mechanism === "LOGIN" ? "LOGIN" : "AUTHENTICATE", shown);
      if (mechanism !== "LOGIN") continue;
      const expected = [settings.username, settings.password].map((one) => Buffer.from(one, "utf8").toString("latin1"));
      assert.deepEqual(command.args.map(textOf), expected, shown);
    }
  });
