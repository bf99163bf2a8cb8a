// What stands for a signature where messages are known by their UIDs, without their headers.

import type { Side } from "../../model/side.ts";
import { hostOf } from "../options/host.ts";

/** Of a pair, by its UID on host2: several messages of host1 may be one there. */
export function pairSignature(uid2: number): string {
  return `${octetsOf(uid2)}on both hosts`.slice(0, 16);
}

/** Of messages that look like one of host2, by its UID. */
export function likeSignature(uid2: number): string {
  return `${octetsOf(uid2)}looks alike.`.slice(0, 16);
}

/** Of a message that is on one host only. */
export function ownSignature(side: Side, uid: number): string {
  return `${octetsOf(uid)}only on ${hostOf(side)}.......`.slice(0, 16);
}

/** In front, so that they differ where tables look first. */
function octetsOf(uid: number): string {
  return String.fromCharCode(uid & 0xff, (uid >>> 8) & 0xff, (uid >>> 16) & 0xff, uid >>> 24);
}
