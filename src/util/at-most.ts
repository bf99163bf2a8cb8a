// Much work of a kind, of which only so much may be under way at once.

/** As `allDone` of all of it, in the order of the items. What has not begun when a piece fails, never does. */
export async function atMost<T, R>(
  limit: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: unknown[] = [];
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < items.length && failures.length === 0) {
      const index = begun++;
      try {
        results[index] = await work(items[index]!);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}
