// Lines about single messages.

import { binaryBytes, clockTime, type Pace, secondsLeft } from "./display.ts";
import { bareName } from "./shown-name.ts";

export interface Copied {
  readonly folder1: string;
  readonly folder2: string;
  readonly uid1: number;
  readonly uid2: number | undefined;
  readonly octets: number;
}

/** How the run stands after a message. */
export interface Standing {
  readonly now: Date;
  /** Since the first message. */
  readonly seconds: number;
  readonly copied: number;
  readonly octetsCopied: number;
  readonly processed: number;
  /** Messages of host1; undefined when nobody counted. */
  readonly total: number | undefined;
}

/** `msg INBOX/12 {3456}  copied to INBOX/77  1.23 msgs/s …`. A UID of host2 that nobody knows is 0. */
export function copiedLine({ folder1, folder2, uid1, uid2 = 0, octets }: Copied, standing: Standing): string {
  const { seconds, copied, octetsCopied } = standing;
  const messageRate = rate(copied, seconds).toFixed(2);
  const byteRate = binaryBytes(rate(octetsCopied, seconds));
  const from = `${bareName(folder1)}/${`${uid1} {${octets}}`.padEnd(19)}`;
  const pace = `${messageRate} msgs/s  ${byteRate}/s ${binaryBytes(octetsCopied)} copied`;
  return `msg ${from} copied to ${bareName(folder2)}/${uid2}  ${pace} ${etaPart(standing)}`.trimEnd();
}

/** `ETA: Wed Jul  3 14:55:27 2019  17 s  33/120 msgs left`; empty when nobody counted the messages. */
export function etaPart(standing: Standing): string {
  const { now, total, processed } = standing;
  if (total === undefined) return "";
  const seconds = secondsLeft(paceOf(standing, total));
  const at = clockTime(new Date(now.getTime() + seconds * 1000));
  return `ETA: ${at}  ${seconds.toFixed(0)} s  ${Math.max(total - processed, 0)}/${total} msgs left`;
}

function paceOf({ seconds, processed, copied }: Standing, total: number): Pace {
  return { seconds, processed, total, copied };
}

/** Per second; at first as if a little time had passed. */
export function rate(count: number, seconds: number): number {
  return count / Math.max(seconds, 0.001);
}

export const notReally = "(not really since --dry mode)";
