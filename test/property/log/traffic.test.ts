// What the log shows of a login does not depend on the password: so nothing of it can be in there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { trafficLine } from "../../../src/log/traffic.ts";
import { fc } from "../../support/examples.ts";

const password = fc.oneof(
  fc.string({ unit: "binary-ascii", minLength: 1 }),
  fc.string({ unit: "grapheme", minLength: 1 }),
);
const atom = fc.stringMatching(/^[A-Za-z0-9!#$&'+,./:;<=>?@^_`|~-]+$/);
const tag = fc.stringMatching(/^[A-Za-z0-9]{1,6}$/);
const login = fc.constantFrom("LOGIN", "login", "Login");
const authenticate = fc.constantFrom("AUTHENTICATE", "authenticate");

const quoted = (text: string) =>
  `"${octets(text)
    .replace(/["\\]/g, "\\$&")
    .replace(/[\r\n\0]/g, "")}"`;
const octets = (text: string) => Buffer.from(text).toString("latin1");
const base64 = (text: string) => Buffer.from(`\0joe\0${text}`).toString("base64");

test("LOGIN, as atom, quoted or after a literal", () => {
  fc.assert(
    fc.property(tag, login, password, atom, (tag, verb, secret, atomSecret) => {
      const expected = `C: ${tag} ${verb} [redacted]`;
      for (const argument of [atomSecret, quoted(secret), `{${octets(secret).length}+}\r\n`]) {
        assert.equal(trafficLine("C", `${tag} ${verb} joe ${argument}`, false), expected);
        assert.equal(trafficLine("C", `${tag} ${verb} {3+}\r\n ${argument}\r\n`, false), expected);
      }
      for (const argument of [atomSecret, quoted(secret)]) {
        assert.equal(trafficLine("C", ` ${argument}\r\n`, false), "C: [redacted]");
      }
    }),
  );
});

test("AUTHENTICATE and SASL data", () => {
  fc.assert(
    fc.property(tag, authenticate, password, (tag, verb, secret) => {
      const line = `${tag} ${verb} PLAIN ${base64(secret)}\r\n`;
      assert.equal(trafficLine("C", line, false), `C: ${tag} ${verb} PLAIN [redacted]`);
      assert.equal(trafficLine("C", Buffer.from(`${base64(secret)}\r\n`), false), "C: [redacted]");
    }),
  );
});

test("a shown line is printable ASCII, whatever came", () => {
  fc.assert(
    fc.property(fc.constantFrom("C", "S"), fc.uint8Array(), fc.boolean(), (direction, line, secrets) => {
      assert.match(trafficLine(direction, Buffer.from(line), secrets), /^[CS]: [\x20-\x7e]*$/);
    }),
  );
});
