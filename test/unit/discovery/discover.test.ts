import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover, type DnsQuestions } from "../../../src/discovery/discover.ts";
import type { SrvRecord } from "../../../src/discovery/srv-records.ts";

interface Zone {
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
  readonly mx?: Readonly<Record<string, readonly string[]>>;
  readonly hosts?: readonly string[];
}

/** And what was asked. */
function dnsOf({ srv = {}, mx = {}, hosts = [] }: Zone): DnsQuestions & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    srv: async (name) => (asked.push(name), srv[name] ?? []),
    mx: async (name) => (asked.push(name), mx[name] ?? []),
    hasAddress: async (name) => (asked.push(name), hosts.includes(name)),
  };
}

async function found(login: string, zone: Zone = {}): Promise<string[]> {
  const { servers } = await discover(login, dnsOf(zone));
  return servers.map(({ host, port, security, because }) => `${because}: ${security}://${host}:${port}`);
}

const record = (name: string, changes: Partial<SrvRecord> = {}): SrvRecord => ({
  name,
  port: 993,
  priority: 0,
  weight: 0,
  ...changes,
});

describe("the server of a login", () => {
  test("is known for big providers, without asking anybody", async () => {
    const dns = dnsOf({});
    const { servers, provider } = await discover("Alice.Miller@GMail.com", dns);
    assert.deepEqual(servers, [{ host: "imap.gmail.com", port: 993, security: "tls", because: "provider" }]);
    assert.equal(provider?.name, "Gmail");
    assert.deepEqual(dns.asked, []);
  });

  for (const [login, host] of [
    ["a@hotmail.fr", "outlook.office365.com"],
    ["a@ymail.com", "imap.mail.yahoo.com"],
    ["a@mac.com", "imap.mail.me.com"],
    ["a@gmx.de", "imap.gmx.net"],
    ["a@gmx.com", "imap.gmx.com"],
    ["a@web.de", "imap.web.de"],
    ["a@t-online.de", "secureimap.t-online.de"],
    ["a@wanadoo.fr", "imap.orange.fr"],
    ["a@ya.ru", "imap.yandex.com"],
  ] as const) {
    test(`of ${login} is ${host}`, async () => {
      assert.deepEqual(await found(login), [`provider: tls://${host}:993`]);
    });
  }

  test("is what the domain says itself, by priority and weight, imaps before imap", async () => {
    const servers = await found("a@b@example.org", {
      srv: {
        "_imaps._tcp.example.org": [
          record("third.example.org", { priority: 10 }),
          record("second.example.org.", { port: 10993, weight: 1 }),
          record("First.example.org", { weight: 5 }),
        ],
        "_imap._tcp.example.org": [record("plain.example.org", { port: 143 })],
      },
    });
    assert.deepEqual(servers, [
      "srv: tls://first.example.org:993",
      "srv: tls://second.example.org:10993",
      "srv: tls://third.example.org:993",
      "srv: starttls://plain.example.org:143",
    ]);
  });

  test("is not what a record calls no service, or what is no name", async () => {
    const bad = [record("."), record(""), record("<script>.example.org"), record("a.example.org", { port: 0 })];
    assert.deepEqual(await found("a@example.org", { srv: { "_imaps._tcp.example.org": bad } }), []);
  });

  test("is that of the provider to which the mail of the domain goes", async () => {
    const exchangers: readonly (readonly [string, string])[] = [
      ["ASPMX.L.GOOGLE.COM", "imap.gmail.com"],
      ["example-org.mail.protection.outlook.com", "outlook.office365.com"],
      ["in1-smtp.messagingengine.com", "imap.fastmail.com"],
    ];
    for (const [exchanger, host] of exchangers) {
      const zone = { mx: { "example.org": ["mx.example.org", exchanger] } };
      assert.deepEqual(await found("a@example.org", zone), [`mx: tls://${host}:993`]);
    }
    assert.deepEqual(await found("a@example.org", { mx: { "example.org": ["mx.notgoogle.com"] } }), []);
  });

  test("may be a usual name that exists", async () => {
    const hosts = ["mail.example.org", "www.example.org"];
    assert.deepEqual(await found("a@example.org", { hosts }), ["guess: tls://mail.example.org:993"]);
  });

  test("is named once, for the best reason", async () => {
    const zone = {
      srv: { "_imaps._tcp.example.org": [record("imap.example.org")] },
      hosts: ["imap.example.org", "mail.example.org"],
    };
    assert.deepEqual(await found("a@example.org", zone), [
      "srv: tls://imap.example.org:993",
      "guess: tls://mail.example.org:993",
    ]);
  });

  test("is looked for by the name that DNS has", async () => {
    const dns = dnsOf({});
    await discover("jürgen@Müller.Example.", dns);
    assert.ok(dns.asked.includes("_imaps._tcp.xn--mller-kva.example"));
  });

  test("is not looked for where there is no domain", async () => {
    const dns = dnsOf({});
    const logins = ["", "alice", "alice@", "alice@localhost", "a@[127.0.0.1]", "a@127.0.0.1", "a@b c.de", "a@x/y.de"];
    for (const login of [...logins, `a@${"b".repeat(64)}.de`, `a@${"b.".repeat(130)}de`, "a@-.de", "a@..de"]) {
      assert.deepEqual(await discover(login, dns), { servers: [], provider: undefined }, login);
    }
    assert.deepEqual(dns.asked, []);
  });
});

describe("the provider", () => {
  test("of a domain of one's own is known by where its mail goes, also where it has no IMAP", async () => {
    const zone = { mx: { "example.org": ["mail.protonmail.ch"] }, hosts: ["mail.example.org"] };
    assert.equal((await discover("a@example.org", dnsOf(zone))).provider?.obstacle, "bridge only");
  });

  test("is somebody else where the domain names another server", async () => {
    const zone = {
      mx: { "example.org": ["aspmx.l.google.com"] },
      srv: { "_imaps._tcp.example.org": [record("imap.example.org")] },
    };
    assert.equal((await discover("a@example.org", dnsOf(zone))).provider, undefined);
  });
});
