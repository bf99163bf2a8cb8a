// Rounds of random changes on both sides, over each transport and with both kinds of server. The seed is in the test's name.
// One setting is large; the others show what is particular to their transport or server, which needs little mail.

import { after, before, describe, test } from "node:test";
import { startCyrus } from "../support/cyrus.ts";
import { startDovecot } from "../support/dovecot.ts";
import type { MailServer } from "../support/mail-server.ts";
import { populate } from "../support/mail-store.ts";
import { seededRandom } from "../support/random.ts";
import {
  makeHome,
  overStartTls,
  overTls,
  overTunnel,
  plainText,
  type SectionSettings,
} from "../support/run-interimap.ts";
import { assertConverges, assertNothingToDo, assertRound, type Pair } from "./converge.ts";

interface Setting {
  readonly name: string;
  readonly local: () => Promise<MailServer>;
  readonly remote: () => Promise<MailServer>;
  readonly via: readonly [
    local: (server: MailServer) => SectionSettings,
    remote: (server: MailServer) => SectionSettings,
  ];
  readonly size: { readonly mailboxes: number; readonly messages: number };
  readonly rounds: number;
  readonly seed: number;
}

/** On each side, to begin with. */
const large = { mailboxes: 50, messages: 2000 };
const small = { mailboxes: 15, messages: 250 };

const settings: readonly Setting[] = [
  {
    name: "two Dovecots over TCP",
    local: () => startDovecot(),
    remote: () => startDovecot({ compress: true }),
    via: [plainText, (server) => ({ ...plainText(server), compress: "YES" })],
    size: large,
    rounds: 4,
    seed: 101,
  },
  {
    name: "two Dovecots over TLS and STARTTLS",
    local: () => startDovecot({ tls: true }),
    remote: () => startDovecot({ tls: true, separator: "." }),
    via: [overStartTls, overTls],
    size: small,
    rounds: 3,
    seed: 102,
  },
  {
    name: "tunnel and TLS with compression",
    local: () => startDovecot(),
    remote: () => startDovecot({ tls: true, compress: true }),
    via: [overTunnel, (server) => ({ ...overTls(server), compress: "YES" })],
    size: small,
    rounds: 3,
    seed: 103,
  },
  {
    name: "Dovecot and Cyrus",
    local: () => startDovecot(),
    remote: () => startCyrus(),
    via: [plainText, plainText],
    size: small,
    rounds: 3,
    seed: 104,
  },
  {
    name: "Cyrus with '.' and immediate expunge, and a tunnel to Dovecot",
    local: () => startCyrus({ separator: ".", expungeMode: "immediate" }),
    remote: () => startDovecot(),
    via: [plainText, overTunnel],
    size: small,
    rounds: 3,
    seed: 105,
  },
];

for (const setting of settings) {
  describe(`${setting.name} (seed ${setting.seed})`, () => {
    let pair: Pair;
    const random = seededRandom(setting.seed);

    before(async () => {
      const [local, remote] = await Promise.all([setting.local(), setting.remote()]);
      const [viaLocal, viaRemote] = setting.via;
      pair = { local, remote, home: makeHome({ local: viaLocal(local), remote: viaRemote(remote) }) };
      await populate(local, { ...setting.size, seed: setting.seed });
      await populate(remote, { ...setting.size, seed: setting.seed + 1000 });
    });

    after(async () => {
      pair.home.remove();
      await Promise.all([pair.local.stop(), pair.remote.stop()]);
    });

    test("the first run makes both sides identical, the second does nothing", async () => {
      await assertConverges(pair);
      await assertNothingToDo(pair);
    });

    test(`so does each of ${setting.rounds} rounds of changes on both sides`, async () => {
      for (let round = 0; round < setting.rounds; round++) await assertRound(pair, { random, changes: 25 });
    });
  });
}
