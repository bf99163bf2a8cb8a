// Servers list extensions that they do not know: their commands are answered with BAD. Then the work is done without them.

import { CommandRefused } from "./command-refused.ts";
import type { Channel } from "./mailbox/channel.ts";

export interface Ways<T> {
  readonly withIt: () => Promise<T>;
  readonly withoutIt: () => Promise<T>;
}

/**
 * Does something by an extension where it is offered, else without it. If the first is answered with BAD and the second is
 * not, the extension counts as not offered from then on, on all connections to the server.
 * @throws CommandRefused: of the two ways, that of the first.
 */
export async function whereOffered<T>(
  session: Pick<Channel, "capabilities" | "disavow">,
  extension: string,
  { withIt, withoutIt }: Ways<T>,
): Promise<T> {
  if (!session.capabilities.has(extension)) return withoutIt();
  try {
    return await withIt();
  } catch (error) {
    if (!(error instanceof CommandRefused) || error.status !== "BAD") throw error;
    const result = await withoutIt().catch((again: unknown) => {
      throw again instanceof CommandRefused ? error : again;
    });
    session.disavow(extension, error);
    return result;
  }
}
