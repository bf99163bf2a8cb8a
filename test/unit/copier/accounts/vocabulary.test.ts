// What the layers below say names the settings of a synchronisation; a copy has options in their place.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { settings } from "../../../../src/config/settings.ts";
import { copierVocabulary, wordsOf } from "../../../../src/copier/accounts/vocabulary.ts";

const root = new URL("../../../../", import.meta.url).pathname;

const sources = ["src/imap", "src/mail"].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => ({ name: join(folder, name), text: readFileSync(join(root, folder, name), "utf8") })),
);

const names = Object.keys(settings);

function settingIn(text: string): string | undefined {
  return text.split(/[^\w-]+/).find((word) => names.includes(word));
}

/** Of proxies, tunnels and lists that are asked for in two ways: copies have none of these. */
const unheard =
  /(?:transport\/(?:socks|http-connect|reach-proxy|tunnel)|verbs\/list-plain|listing\/list-mailboxes)\.ts$/;

describe("every setting that a text names has an option", () => {
  const written = sources.flatMap(({ text }) =>
    [...text.matchAll(/asSetting(?:Of)?\((?:\w+, )?["`]([^"`]+)["`]/g)].map(([, setting = ""]) => setting),
  );
  for (const setting of new Set(written)) {
    test(setting, () => {
      const option = copierVocabulary
        .setting(setting)
        .replace(/--\w+/g, "")
        .replace(/SSL_\w+/g, "");
      assert.notEqual(copierVocabulary.setting(setting), setting);
      assert.equal(settingIn(option), undefined);
    });
  }
  assert.ok(written.length > 30);
});

test("no text names a setting as it is written in a configuration file", () => {
  const distinctive = names.filter((name) => /[-_]/.test(name) || name === "STARTTLS");
  const found = sources.flatMap(({ name, text }) =>
    unheard.test(name)
      ? []
      : text.split("\n").filter((line) => {
          const said = line.replace(/\b(?:asSetting(?:Of)?|asLimit)\((?:\w+, )?(?:"[^"]*"|`[^`]*`)/g, "");
          const literal = [...said.matchAll(/"[^"]* [^"]*"|`[^`]*`/g)].map(([one]) => one).join(" ");
          return (
            !/^\s*(?:\/\/|\*|\/\*)/.test(line) && distinctive.some((one) => literal.split(/[^\w-]+/).includes(one))
          );
        }),
  );
  assert.deepEqual(
    found.filter(
      (line) =>
        !/does not offer STARTTLS|STARTTLS is not possible|answer to STARTTLS|line`STARTTLS|safer than STARTTLS|use STARTTLS|name: "STARTTLS"|SSL_CERT_/.test(
          line,
        ),
    ),
    [],
  );
});

test("values, numbers of hosts, and what a shell would read", () => {
  const { setting, settingOf, server, limit } = copierVocabulary;
  assert.equal(setting("auth = PLAIN"), "--authmechN PLAIN");
  assert.equal(setting("SSL_cipherlist=DEFAULT:@SECLEVEL=0"), "--sslargsN SSL_cipher_list=DEFAULT:@SECLEVEL=0");
  assert.equal(setting("SSL_fingerprint=sha256$ab"), "--sslargsN 'SSL_fingerprint=sha256$pub$ab'");
  assert.equal(settingOf("remote", "password or token-command", "in"), "--passfile2 or --oauthaccesstoken2");
  assert.equal(server("local"), "host1");
  assert.equal(limit("max-literal"), undefined);
  assert.equal(wordsOf({ message: "m", hint: ["see --timeoutN; ", "or not"] }, 2), "m; see --timeout2; or not");
});
