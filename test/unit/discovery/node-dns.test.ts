import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nodeDns, type NodeDnsOptions } from "../../../src/discovery/node-dns.ts";

type Resolver = NonNullable<NodeDnsOptions["resolver"]>;

const never = new Promise<never>(() => {});

/** Whatever is asked, there is none. */
function resolver(changes: Partial<Record<keyof Resolver, (name: string) => Promise<unknown>>>): Resolver {
  const none = (): Promise<never> => Promise.reject(new Error("ENOTFOUND"));
  return { resolveSrv: none, resolveMx: none, resolve4: none, resolve6: none, ...changes } as Resolver;
}

function dns(changes: Parameters<typeof resolver>[0], allowsAddress = (_: string): boolean => true) {
  return nodeDns({ timeoutMs: 50, allowsAddress, resolver: resolver(changes) });
}

describe("questions to DNS", () => {
  test("are answered with nothing where there is nothing", async () => {
    const { srv, mx, hasAddress } = dns({});
    assert.deepEqual(await Promise.all([srv("a"), mx("a"), hasAddress("a")]), [[], [], false]);
  });

  test("are answered with nothing where the answer does not come in time", async () => {
    const { srv, mx, hasAddress } = dns({ resolveSrv: () => never, resolveMx: () => never, resolve4: () => never });
    assert.deepEqual(await Promise.all([srv("a"), mx("a"), hasAddress("a")]), [[], [], false]);
  });

  test("bring the preferred exchanger first", async () => {
    const resolveMx = async (): Promise<unknown> => [
      { exchange: "second", priority: 20 },
      { exchange: "first", priority: 10 },
    ];
    assert.deepEqual(await dns({ resolveMx }).mx("a"), ["first", "second"]);
  });

  test("find a name by either family", async () => {
    assert.equal(await dns({ resolve6: async () => ["2001:db8::1"] }).hasAddress("a"), true);
  });

  test("do not tell of names that lead where no job may connect to", async () => {
    const isPublic = (address: string): boolean => !address.startsWith("10.");
    assert.equal(await dns({ resolve4: async () => ["10.0.0.1"] }, isPublic).hasAddress("imap.corp.example"), false);
    assert.equal(await dns({ resolve4: async () => ["10.0.0.1", "192.0.2.1"] }, isPublic).hasAddress("a"), true);
  });

  test("are asked once, but for so many only", async () => {
    let asked = 0;
    const { srv } = dns({ resolveSrv: async () => (asked++, []) });
    await srv("first");
    await srv("first");
    assert.equal(asked, 1);
    for (let i = 0; i < 2_000; i++) await srv(`name ${i}`);
    await srv("first");
    assert.equal(asked, 2_002);
  });
});
