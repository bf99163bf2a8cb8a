import assert from "node:assert/strict";
import { test } from "node:test";
import { Secrets } from "../../../src/log/secrets.ts";
import { fc } from "../../support/examples.ts";

function hiding(...hidden: readonly string[]): Secrets {
  const secrets = new Secrets();
  for (const secret of hidden) secrets.add(secret);
  return secrets;
}

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

test("a password is blanked out however it is quoted, and in upper and lower case", () => {
  const secrets = hiding('pä"ss\\w.rd');
  for (const text of ['pä"ss\\w.rd', 'pä\\"ss\\\\w.rd', latin1('pä"ss\\w.rd'), 'PÄ"SS\\W.RD']) {
    assert.equal(
      secrets.blank(`BAD in: a1 LOGIN joe ${text}, twice ${text}`),
      "BAD in: a1 LOGIN joe [redacted], twice [redacted]",
    );
  }
  assert.equal(secrets.blank('pä"ss\\wxrd'), 'pä"ss\\wxrd');
});

test("what nothing is known of stays as it is", () => {
  assert.equal(hiding().blank("a1 LOGIN joe secret"), "a1 LOGIN joe secret");
  assert.equal(hiding("").blank("a b"), "a b");
});

test("a password of a few letters is blanked out where it stands alone", () => {
  const secrets = hiding("p");
  assert.equal(
    secrets.blank("LOGIN u p: please put no (p) here"),
    "LOGIN u [redacted]: please put no ([redacted]) here",
  );
});

test("the base64 of a login is blanked out whole", () => {
  const secrets = hiding("S3cretPw", "\0joe\0S3cretPw");
  const sent = base64("\0joe\0S3cretPw");
  assert.equal(secrets.blank(`AUTHENTICATE PLAIN ${sent} is bad`), "AUTHENTICATE PLAIN [redacted] is bad");
  assert.equal(secrets.blank(`AUTHENTICATE PLAIN ${sent.replace(/=+$/, "")}`), "AUTHENTICATE PLAIN [redacted]");
});

test("wherever the password is in what is encoded, nothing of it is left", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const password = fc.string({ unit: "binary-ascii", minLength: 4, maxLength: 30 });
  fc.assert(
    fc.property(text, password, text, (before, secret, after) => {
      const blanked = hiding(secret).blank(base64(before + secret + after));
      assert.match(blanked, /\[redacted\]/);
      const left = blanked.split("[redacted]").map((part) => part.replace(/=+$/, "").length);
      const hidden =
        base64(before + secret + after).replace(/=+$/, "").length - left.reduce((sum, length) => sum + length, 0);
      assert.ok(hidden * 6 >= Buffer.byteLength(secret) * 8, blanked);
    }),
  );
});

test("a text of megabytes takes no time of its own", () => {
  const secrets = hiding("aaaaaaaaaaaaaaaaaaaab", "\0a\0aaaaaaaaaaaaaaaaaaaab");
  assert.equal(secrets.blank("a".repeat(5_000_000)).length, 5_000_000);
});

const password = "correct+horse/Bättery?9~%=";
const octets = Buffer.from(password, "utf8");
const hex = octets.toString("hex");

for (const [form, text] of [
  ["hexadecimal", hex],
  ["hexadecimal in upper case", hex.toUpperCase()],
  ["hexadecimal with blanks", hex.replace(/..(?=.)/g, "$& ")],
  ["base64 for URLs", Buffer.from(`>>>${password}`, "utf8").toString("base64url")],
  ["the login in base64 for URLs", Buffer.from(`\0joe\0${password}`, "utf8").toString("base64url")],
  ["base64 as part of a URL", encodeURIComponent(base64(password))],
  ["a part of a URL", encodeURIComponent(password)],
  ["octets of a URL", hex.replace(/../g, "%$&")],
  ["quoted-printable", latin1(password).replace(/[^a-z0-9]/gi, (one) => `=${hexOf(one)}`)],
  ["octets of a program", hex.replace(/../g, "\\x$&")],
] as const) {
  test(`a password is blanked out as ${form}`, () => {
    const secrets = hiding(password, `\0joe\0${password}`);
    assert.match(secrets.blank(`bad: ${text} !`), /^bad: [A-Za-z0-9]{0,4}\[redacted\](?:%3D)* !$/);
  });
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
}

test("what only looks like an encoded password stays as it is", () => {
  const secrets = hiding("p", "pass");
  assert.equal(secrets.blank("70617274 quota=70%"), "70617274 quota=70%");
});
