// What goes wrong between the program and its servers, and with the program itself, at random.

import { setTimeout as pause } from "node:timers/promises";
import { type Side, sides } from "../../src/model/side.ts";
import type { Random } from "../support/random.ts";
import type { Verdict } from "../support/traffic-proxy.ts";
import type { TwoStores } from "../support/two-stores.ts";
import type { Lives } from "./chaos-daemon.ts";
import type { Story } from "./chaos-story.ts";
import { pickWeighted, type Weighted } from "./weighted.ts";

export interface TroubleOptions {
  readonly stores: TwoStores;
  readonly lives: Lives;
  readonly random: Random;
  readonly story: Story;
}

export interface Troubles {
  /** Makes trouble, and has the daemon started again when it was ended. */
  make(until: AbortSignal): Promise<void>;
  readonly count: number;
}

/** Something happens at the next line like this one. */
interface Trap {
  readonly from: "client" | "server";
  readonly pattern: RegExp;
}

const anywhere: readonly Trap[] = [
  { from: "client", pattern: /./ },
  { from: "server", pattern: /./ },
  { from: "client", pattern: /APPEND / },
  { from: "server", pattern: /OK \[APPENDUID/ },
  { from: "client", pattern: /UID (?:STORE|EXPUNGE) / },
  { from: "server", pattern: /OK (?:\[HIGHESTMODSEQ \d+\] )?(?:Store|Expunge) / },
  { from: "client", pattern: /(?:CREATE|RENAME|DELETE) / },
  { from: "server", pattern: /OK (?:Create|Rename|Delete) completed/ },
  { from: "client", pattern: /SELECT / },
];
const beforeLiteral: readonly Trap[] = [
  { from: "client", pattern: /\{\d+\+?\}$/ },
  { from: "server", pattern: /BODY\[\] \{\d+\}$/ },
];

export function makeTroubles({ stores, lives, random, story }: TroubleOptions): Troubles {
  let count = 0;
  let isPeace = true;
  const tell = (line: string): void => {
    count++;
    story.tell(`trouble: ${line}`);
  };
  const trap = (side: Side, { from, pattern }: Trap, action: (line: string) => Verdict | Promise<Verdict>): void => {
    stores.hold(side, from, { pattern, action: (line) => (isPeace ? undefined : action(line)) });
  };
  const shown = (side: Side, from: string, line: string): string => `${side} ${from}: ${line.slice(0, 100)}`;

  const troubles: Weighted<(side: Side) => void | Promise<void>> = [
    [
      2,
      (side) => {
        tell(`cut ${side}`);
        stores.proxies[side].cutAll();
      },
    ],
    [
      4,
      (side) => {
        const at = random.pick(anywhere);
        trap(side, at, (line) => {
          tell(`cut at ${shown(side, at.from, line)}`);
          return "cut";
        });
      },
    ],
    [
      3,
      (side) => {
        const at = random.pick(beforeLiteral);
        trap(side, at, (line) => {
          const size = Number(/\{(\d+)\+?\}$/.exec(line)?.[1] ?? 1);
          const cutAfter = random.integer(1, size);
          tell(`cut ${cutAfter} octets behind ${shown(side, at.from, line)}`);
          return { cutAfter };
        });
      },
    ],
    [
      2,
      (side) => {
        const at = random.pick(anywhere);
        const ms = random.integer(500, 4_000);
        trap(side, at, async (line) => {
          tell(`stall for ${ms} ms at ${shown(side, at.from, line)}`);
          const life = lives.count;
          await pause(ms);
          // What reaches a server after the next life has looked cannot be told from new mail: that is a limit of IMAP.
          return lives.count === life ? undefined : "cut";
        });
      },
    ],
    [
      1.5,
      () => {
        tell("kill");
        lives.signal("SIGKILL");
      },
    ],
    [
      2.5,
      (side) => {
        const at = random.pick(anywhere);
        trap(side, at, (line) => {
          tell(`kill at ${shown(side, at.from, line)}`);
          lives.signal("SIGKILL");
          return random.chance(0.5) ? "cut" : undefined;
        });
      },
    ],
    [
      1,
      async () => {
        tell("terminate");
        await lives.stop();
      },
    ],
    [1, () => signal("SIGHUP")],
    [3, () => signal("SIGUSR1")],
  ];

  function signal(name: "SIGHUP" | "SIGUSR1"): void {
    tell(name);
    lives.signal(name);
  }

  return {
    get count() {
      return count;
    },
    make: async (until) => {
      isPeace = false;
      while (!until.aborted) {
        await pause(random.integer(50, 1_500));
        await lives.ensure();
        await lives.isWell();
        const trouble = pickWeighted(random, troubles);
        await trouble(random.pick(sides));
      }
      isPeace = true;
      await lives.ensure();
    },
  };
}
