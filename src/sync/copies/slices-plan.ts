// How many messages are asked for their sizes at once. The fewer, the sooner the first of them are on their way; but what is
// asked for in the next slice is known a round trip later, and until then there must be messages enough on their way.

/** UIDs. */
export interface Slices {
  /** The answer comes at once, or nearly, and they are enough for a batch. */
  readonly first: number;
  /** Slices grow until a server has this many messages in one: there may be few among many UIDs. */
  readonly full: number;
}

const near: Slices = { first: 256, full: 1024 };
const far: Slices = { first: 2048, full: 8192 };
/** Messages that are told, and copied, in a ms at best. */
const perMs = 25;
/** Some ms are not the way, but how busy the machine is. */
const nearMs = 5;

/** `roundTripMs`: to the server that is asked. */
export function slicesFor(roundTripMs: number): Slices {
  const meanwhile = Number.isFinite(roundTripMs) ? Math.round(perMs * (roundTripMs - nearMs)) : 0;
  const between = (least: number, wanted: number, most: number): number => Math.min(most, Math.max(least, wanted));
  return { first: between(near.first, meanwhile, far.first), full: between(near.full, 4 * meanwhile, far.full) };
}
