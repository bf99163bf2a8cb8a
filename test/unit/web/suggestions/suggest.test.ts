import assert from "node:assert/strict";
import { test } from "node:test";
import { discover, type DnsQuestions } from "../../../../src/discovery/discover.ts";
import { suggestions } from "../../../../src/web/suggestions/suggest.ts";

const none: DnsQuestions = { srv: async () => [], mx: async () => [], hasAddress: async () => false };

async function note(login: string): Promise<string | undefined> {
  return suggestions(await discover(login, none)).note;
}

test("what people have to know of a provider is said before they try", async () => {
  assert.match((await note("a@gmail.com")) ?? "", /^Gmail wants an app password here/);
  assert.match((await note("a@yandex.com")) ?? "", /app password.*Allow IMAP in the settings of Yandex first\./);
  assert.equal(await note("a@gmx.de"), "Allow IMAP in the settings of GMX first.");
  assert.match((await note("a@outlook.com")) ?? "", /accepts no passwords/);
  assert.match((await note("a@proton.me")) ?? "", /only through its Bridge/);
  assert.match((await note("a@tuta.com")) ?? "", /has no IMAP/);
  assert.equal(await note("a@free.fr"), undefined);
});

test("a port that is not the usual one is part of the host", async () => {
  const dns: DnsQuestions = {
    ...none,
    srv: async (name) => [{ name: `${name.slice(1, 5)}.example.org`, port: 10_993, priority: 0, weight: 0 }],
  };
  const { servers } = suggestions(await discover("a@example.org", dns));
  assert.deepEqual(servers[0], { host: "imaps://imap.example.org:10993", why: "named by the domain itself" });
});

test("nothing is proposed where nothing is known", async () => {
  assert.deepEqual(suggestions(await discover("a@example.org", none)), { servers: [], note: undefined });
});
