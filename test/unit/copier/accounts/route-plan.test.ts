import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { routeTo, wantsProbe } from "../../../../src/copier/accounts/route-plan.ts";

const unsaid = { port: undefined, ssl: undefined, tls: undefined, sslcheck: true };
const [away, here] = ["imap.example.org", "127.0.0.1"];

describe("what is asked for, what there is, and the way that is taken", () => {
  for (const [said, host, hasTlsPort, expected] of [
    [{}, away, true, "imaps 993 false"],
    [{}, away, false, "imap 143 true"],
    [{}, here, false, "imap 143 where offered"],
    [{ ssl: true }, away, false, "imaps 993 false"],
    [{ ssl: true, port: 1993 }, away, false, "imaps 1993 false"],
    [{ ssl: true, tls: true }, away, false, "imaps 993 false"],
    [{ port: 993 }, away, false, "imaps 993 false"],
    [{ port: 993, ssl: false }, away, false, "imap 993 true"],
    [{ port: 143 }, away, false, "imap 143 true"],
    [{ port: 143 }, "localhost", false, "imap 143 where offered"],
    [{ tls: true }, here, false, "imap 143 true"],
    [{ tls: false }, away, false, "imap 143 false"],
    [{ ssl: false, tls: false }, away, false, "imap 143 false"],
    [{ ssl: false }, away, false, "imap 143 true"],
    [{ ssl: false }, "::1", false, "imap 143 where offered"],
  ] as const) {
    test(`${JSON.stringify(said)} to ${host}${hasTlsPort ? ", where 993 is open" : ""}`, () => {
      const { type, port, startTls } = routeTo(host, { ...unsaid, ...said }, { hasTlsPort });
      assert.equal(`${type} ${port} ${String(startTls)}`, expected);
    });
  }
});

test("port 993 is asked only where nothing else is said", () => {
  assert.ok(wantsProbe(unsaid));
  for (const said of [{ port: 143 }, { ssl: false }, { tls: false }, { ssl: true }, { sslcheck: false }]) {
    assert.ok(!wantsProbe({ ...unsaid, ...said }), JSON.stringify(said));
  }
});
