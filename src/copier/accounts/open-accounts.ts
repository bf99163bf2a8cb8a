// From the options to a session on each server, and to more of them.

import { Turns } from "../../credentials/turns.ts";
import type { Reached } from "../../imap/connect.ts";
import type { Session } from "../../imap/session/session.ts";
import { type PerSide, perSide, type Side, sides } from "../../model/side.ts";
import { hostOf } from "../options/host.ts";
import type { Account } from "./account.ts";
import { AccountFailure } from "./account-failure.ts";
import type { AccountsIo } from "./accounts-io.ts";
import { type AccountOptions, hostOptions } from "./host-options.ts";
import { settleEntrance, settlePlace, type Settling } from "./settle.ts";
import { Visit } from "./visit.ts";

/**
 * Connects to both servers, then logs in to both. Both are tried, whatever becomes of the other.
 * @throws AccountFailure, or the signal's reason
 */
export async function openAccounts(options: AccountOptions, io: AccountsIo): Promise<PerSide<Account>> {
  const opened: Session[] = [];
  try {
    const turns = new Turns();
    const places = await onBoth((side) => settlePlace(hostOptions(options, hostOf(side)), settlingOf(side, io)));
    const entrances = await oneByOne((side) => settleEntrance(places[side], { ...settlingOf(side, io), turns }));
    const visits = perSide((side) => new Visit(places[side], entrances[side], io));
    const found = new Map<Side, Reached>();
    const reached = await onBoth(async (side) => {
      const one = await visits[side].begin("connect", () => visits[side].reach(io));
      opened.push(one.session);
      found.set(side, one);
      return one;
    }).finally(() => {
      // Also of one whose counterpart cannot be reached.
      for (const side of sides) {
        const one = found.get(side);
        if (one !== undefined) visits[side].sayReached(one);
      }
    });
    const sessions = await onBoth((side) => visits[side].begin("login", () => visits[side].enter(reached[side], io)));
    for (const side of sides) visits[side].sayLoggedIn();
    return perSide((side) => visits[side].account(sessions[side]));
  } catch (error) {
    for (const session of opened) session.destroy();
    throw error;
  }
}

/** Connects to the hosts that are given, and tells what they say of themselves. @throws as `openAccounts()` */
export async function showServers(options: AccountOptions, io: AccountsIo): Promise<void> {
  await onBoth(async (side) => {
    const given = hostOptions(options, hostOf(side));
    if (given.host === undefined) return;
    const place = await settlePlace(given, settlingOf(side, io));
    const visit = new Visit(place, undefined, io);
    const reached = await visit.begin("connect", () => visit.reach(io));
    visit.sayReached(reached);
    await reached.session.logout();
  });
}

function settlingOf(side: Side, io: AccountsIo): Omit<Settling, "turns"> {
  const host = hostOf(side);
  const { env, ask, signal, secrets, targets } = io;
  return {
    ...{ env, ask, signal, targets },
    say: (text) => io.say(text, host),
    warn: (text) => io.warn(text, host),
    hide: (secret) => secrets.add(secret),
  };
}

/** Of both failures, host1's counts, and each has its line. */
async function onBoth<T>(work: (side: Side) => Promise<T>): Promise<PerSide<T>> {
  const results = await Promise.allSettled(sides.map((side) => work(side)));
  const reasons = results.flatMap((result): unknown[] => (result.status === "rejected" ? [result.reason] : []));
  const [first, second] = reasons;
  if (first instanceof AccountFailure && second instanceof AccountFailure) {
    throw new AccountFailure(first.exit, first.message, { host: first.host, others: [second], cause: first.cause });
  }
  if (reasons.length > 0) throw first;
  const [local, remote] = results.map((result) => (result as PromiseFulfilledResult<T>).value);
  return { local, remote } as PerSide<T>;
}

/** Questions come one after the other. */
async function oneByOne<T>(work: (side: Side) => Promise<T>): Promise<PerSide<T>> {
  return { local: await work("local"), remote: await work("remote") };
}
