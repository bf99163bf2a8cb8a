// A machine has two clocks: one tells the time and may be set, the other only runs forward.

/** `at`, by the wall clock, was to be when `performance` tells `steady`: nearer, if the clock was put back since. In ms. */
export function noLaterThan(at: number, steady: number): number {
  return Math.min(at, Date.now() + Math.max(0, Math.ceil(steady - performance.now())) + 1);
}
