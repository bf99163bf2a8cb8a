// Follows mailboxes that changed their names while others took the old ones: on the other server, and then in the database.
// The listings show which steps are done, so an interrupted rename can be continued.

import { rename } from "../../imap/verbs/mailbox.ts";
import type { ListedMailbox } from "../../mail/listing/list-mailboxes.ts";
import { lookUp } from "../../mail/listing/look-up.ts";
import { InterimapError } from "../../model/errors.ts";
import { isWithin, type Naming, renamedAlong, toWire } from "../../model/mailbox-name.ts";
import { isStraight } from "../../model/name-pairs.ts";
import type { Side } from "../../model/side.ts";
import { isTemporary } from "../../model/temporary-name.ts";
import type { Report } from "../context/events.ts";
import type { Opened } from "../mailboxes/given-mailboxes.ts";
import { deleteLevels, emptyLevels } from "./empty-levels.ts";
import { notStraight } from "./rename-plan.ts";
import { planRenameSteps, type RenameStep } from "./rename-steps.ts";
import type { Move } from "./renaming.ts";

export interface Exchange extends Opened {
  readonly report: Report;
  readonly side: Side;
  readonly listed: ReadonlyMap<string, ListedMailbox>;
  readonly moves: readonly Move[];
  /** Names, on this server, of known mailboxes that stay where they are. */
  readonly staying: readonly string[];
}

/** @throws InterimapError if a server refuses, or if there is no way. */
export async function exchangeNames(exchange: Exchange): Promise<void> {
  const { side, listed, moves, staying, namings, sessions } = exchange;
  const existing = [...listed].filter(([, { exists }]) => exists).map(([name]) => name);
  const goals = new Map([
    ...staying.map((name) => [name, name] as const),
    ...moves.map(({ current, to }) => [current, to] as const),
  ]);
  const steps = planRenameSteps({ names: existing, goals });
  if (steps === undefined)
    throw new InterimapError("MAILBOX_RENAMED", "it cannot be renamed here in any order", { side });
  requirePossible(steps, { side, naming: namings[side] });
  const spelling = new Map([...listed].map(([name, { wireName }]) => [name, wireName]));
  const names = new Map(moves.map((move) => [move, move.current]));
  const tell = (step: RenameStep): void => {
    const { from, to } = step;
    for (const [move, name] of names) {
      if (!isWithin(name, from)) continue;
      const now = renamedAlong(name, step);
      names.set(move, now);
      if (name === from && now === move.to && move.from !== move.to)
        exchange.report({ type: "mailbox-renamed", side, mailbox: move.from, to });
    }
  };
  await renameInSteps({ sessions, namings, side, steps, spelling, tell });
}

interface Place {
  readonly side: Side;
  readonly naming: Naming;
}

/** Before the first step is taken. @throws InterimapError MAILBOX_NAME */
function requirePossible(steps: readonly RenameStep[], { side, naming }: Place): void {
  for (const name of steps.flatMap(({ from, to }) => [from, to])) {
    if (!isStraight(name, naming.pairs ?? [])) throw notStraight(name, side);
    toWire(name, naming);
  }
}

export interface Steps extends Opened {
  readonly side: Side;
  readonly steps: readonly RenameStep[];
  /** As the server spells the names, if that is known. */
  readonly spelling?: Map<string, string>;
  readonly tell?: (step: RenameStep) => void;
}

export async function renameInSteps(way: Steps): Promise<void> {
  const { sessions, namings, side, steps, spelling = new Map<string, string>(), tell } = way;
  for (const step of steps) {
    const { from, to } = step;
    await clearLevels(way, to);
    await rename(sessions[side], spelling.get(from) ?? toWire(from, namings[side]), toWire(to, namings[side]));
    for (const name of spelling.keys()) if (isWithin(name, from)) spelling.delete(name);
    tell?.(step);
  }
  for (const { to } of steps) if (isTemporary(to)) await clearLevels(way, to);
}

async function clearLevels({ sessions, namings, side }: Steps, name: string): Promise<void> {
  const there = await lookUp(sessions[side], { naming: namings[side], names: [name], below: true });
  await deleteLevels(sessions[side], emptyLevels(there, name));
}
