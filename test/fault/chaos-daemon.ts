// The daemon under test through all its lives: started, ended in every way, and started again.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Random } from "../support/random.ts";
import type { InterimapHome } from "../support/run-interimap.ts";
import { type Daemon, startDaemon } from "../support/watching.ts";
import type { Model } from "./chaos-model.ts";
import type { Story } from "./chaos-story.ts";

export interface Lives {
  /** Starts it unless it lives. It must not have ended by itself. */
  ensure(): Promise<void>;
  signal(name: "SIGHUP" | "SIGUSR1" | "SIGKILL"): void;
  /** SIGTERM, which it must obey with exit status 0. */
  stop(): Promise<void>;
  /** Whether nothing is to be done, and a look since that time (in ms) left nothing out; tells the model of the latter. */
  isWell(since?: number): Promise<boolean>;
  readonly count: number;
}

export interface LivesOptions {
  readonly home: InterimapHome;
  readonly random: Random;
  readonly model: Model;
  readonly story: Story;
  readonly ways: readonly Way[];
}

/** Options of the command line. */
export type Way = readonly string[];

export function makeLives(t: Pick<TestContext, "after">, { home, random, model, story, ways }: LivesOptions): Lives {
  let daemon: Daemon | undefined;
  let isKilled = false;
  let count = 0;

  const hasEnded = (): boolean => daemon === undefined || (daemon.child.exitCode ?? daemon.child.signalCode) !== null;
  const assertNotByItself = async (): Promise<void> => {
    if (daemon === undefined || !hasEnded() || isKilled) return;
    const { status, signal, stderr } = await daemon.finished;
    assert.fail(`it ended by itself: ${status ?? signal}\n${stderr}`);
  };

  return {
    get count() {
      return count;
    },
    ensure: async () => {
      for (;;) {
        if (isKilled) await daemon?.finished;
        await assertNotByItself();
        if (!hasEnded()) return;
        const args = random.pick(ways);
        story.tell(`daemon: starts, ${args.join(" ")}`);
        isKilled = false;
        // No longer than the whole test may take.
        daemon = startDaemon(t, home, {
          args: process.env["CHAOS_DEBUG"] === "1" ? [...args, "--debug"] : args,
          timeoutMs: 3 * 3_600_000,
        });
        count++;
        await daemon
          .state(() => true, "its status")
          .catch((error: unknown) => {
            if (!isKilled) throw error;
          });
      }
    },
    signal: (name) => {
      if (hasEnded()) return;
      isKilled ||= name === "SIGKILL";
      daemon?.kill(name);
    },
    stop: async () => {
      await assertNotByItself();
      if (daemon === undefined || hasEnded()) return;
      const started = performance.now();
      daemon.kill("SIGTERM");
      const { status, signal, stderr } = await daemon.finished;
      // It may have been killed before it had ended.
      if (!isKilled) assert.equal(status, 0, `${String(signal)} ${stderr}`);
      story.tell(`daemon: ended with ${status ?? signal} after ${Math.round(performance.now() - started)} ms`);
      daemon = undefined;
    },
    isWell: async (since = 0) => {
      await assertNotByItself();
      const document = hasEnded() ? undefined : await daemon?.status();
      const look = document?.lastLook ?? undefined;
      if (look === undefined || look.skipped > 0) return false;
      model.clean(Date.parse(look.at));
      return document?.daemon?.activity === "waiting" && Date.parse(look.at) >= since;
    },
  };
}
