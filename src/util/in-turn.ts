// Work that must not overlap, although what leads to it does.

/** Returns how to do work when all that was given before is done, well or not. Its outcome is that of the work. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
