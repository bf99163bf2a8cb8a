// Waits for several pieces of work that share a connection, so that none goes on unnoticed when another fails.

/** Like Promise.all, but waits for all to end before it rejects with the first failure. */
export async function allDone<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(work);
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}
