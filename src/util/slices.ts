// Splits iterables into slices.

/** Arrays of `size` values each, the last one of what is left. */
export function* slices<T>(values: Iterable<T>, size: number): Generator<T[], void, undefined> {
  let slice: T[] = [];
  for (const value of values) {
    slice.push(value);
    if (slice.length < size) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}
